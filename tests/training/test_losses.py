import pytest
import torch
import torch.nn.functional as F

from deepimage.training import losses


@pytest.fixture
def images() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return torch.rand(2, 3, 32, 40), torch.rand(2, 3, 32, 40)


def test_charbonnier_is_nearly_the_absolute_difference(images: tuple[torch.Tensor, torch.Tensor]) -> None:
    a, b = images
    assert losses.charbonnier(a, b).item() == pytest.approx((a - b).abs().mean().item(), abs=1e-4)
    assert losses.charbonnier(a, a).item() == pytest.approx(1e-3)


@pytest.mark.parametrize("loss", [losses.gradient, losses.frequency, lambda a, b: losses.consistency(a, b, 4)])
def test_equal_images_cost_nothing_and_others_pull_towards_the_target(loss, images) -> None:
    a, b = images
    assert loss(b, b).item() == 0
    start = a.clone().requires_grad_()
    (direction,) = torch.autograd.grad(loss(start, b), start)
    assert loss(a - 0.5 * direction / direction.norm(), b) < loss(a, b)


def test_a_shift_of_brightness_costs_no_gradient(images) -> None:
    a, _ = images
    assert losses.gradient(a + 0.1, a).item() == pytest.approx(0, abs=1e-6)
    assert losses.consistency(a + 0.1, a, 4).item() == pytest.approx(0.1, abs=1e-5)


def test_frequency_is_parseval_honest() -> None:
    """One wave of amplitude 1 sits in one coefficient of the half spectrum: sqrt(N)/2, spread over all of them."""
    n = 32
    wave = torch.cos(2 * torch.pi * 3 * torch.arange(n) / n).expand(1, 1, n, n)
    expected = (n / 2) / (n * (n // 2 + 1) * 2)
    assert losses.frequency(wave, torch.zeros_like(wave)).item() == pytest.approx(expected, rel=1e-3)


def test_what_the_average_does_better_is_blamed_as_an_artifact() -> None:
    hr = torch.zeros(1, 3, 32, 32)
    sr = hr.clone()
    sr[..., 8:16, 8:16] = torch.rand(1, 3, 8, 8)
    assert losses.artifacts(sr, hr, average=hr).item() > 0
    assert losses.artifacts(sr, hr, average=sr * 2).item() == 0  # the average is further off: no blame


def test_the_adversaries_pull_against_each_other() -> None:
    logits = torch.tensor([-2.0, 0.0, 3.0])
    assert (
        losses.more_real(logits + 1, logits) < losses.more_real(logits, logits) < losses.more_real(logits, logits + 1)
    )
    assert losses.more_real(logits, logits).item() == pytest.approx(torch.log(torch.tensor(2.0)))


def test_features_match_by_their_own_size() -> None:
    real = [torch.ones(1, 2, 4, 4), 100 * torch.ones(1, 2, 4, 4)]
    fake = [2 * layer for layer in real]
    assert losses.feature_matching(fake, real).item() == pytest.approx(1.0)
    assert losses.feature_matching(real, real).item() == 0


def test_sharpening_steepens_edges_and_leaves_flat_and_faint_alone() -> None:
    edge = torch.full((1, 3, 128, 128), 0.2)
    edge[..., 64:] = 0.7
    sharp = losses.sharpened(edge, 0.5)
    assert sharp[..., 64, 63].mean() < 0.2 - 0.05
    assert sharp[..., 64, 64].mean() > 0.7 + 0.05
    faint = 0.5 + 0.005 * torch.rand(1, 3, 128, 128)
    torch.testing.assert_close(losses.sharpened(faint, 0.5), faint)
    torch.testing.assert_close(losses.sharpened(edge, 0.0), edge)


def test_local_variance_is_that_of_a_window() -> None:
    torch.manual_seed(1)
    plane = torch.rand(1, 1, 20, 20)
    windows = F.unfold(plane, 7)
    expected = windows.var(dim=1, unbiased=False).reshape(14, 14)
    torch.testing.assert_close(losses.local_variance(plane, 7)[0, 0, 3:-3, 3:-3], expected, rtol=1e-3, atol=1e-5)
