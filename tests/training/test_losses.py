import math

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


@pytest.mark.parametrize(
    "loss", [losses.gradient, losses.sharpness, losses.frequency, lambda a, b: losses.consistency(a, b, 4)]
)
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


def test_sharpness_asks_for_firm_edges_wherever_they_run() -> None:
    """What is moved by a pixel costs little, what is smeared in place costs much."""
    torch.manual_seed(0)
    photo = F.interpolate(torch.rand(1, 3, 24, 24), scale_factor=4, mode="nearest")
    moved, smeared = photo.roll(1, -1), F.avg_pool2d(photo, 3, 1, 1)
    assert losses.sharpness(moved, photo) < 0.3 * losses.sharpness(smeared, photo)
    assert losses.gradient(moved, photo) > 0.8 * losses.gradient(smeared, photo)  # which cannot tell them apart


def test_sharpness_sees_a_faint_pattern_on_flat_ground_as_well_as_a_weak_edge() -> None:
    """Twice the activity costs a factor of two anywhere; what is below a level of 8 bits costs next to nothing."""
    torch.manual_seed(0)
    grain = torch.randn(1, 3, 64, 64)
    for strength in (0.03, 0.3):
        doubled = losses.sharpness(0.5 + 2 * strength * grain, 0.5 + strength * grain)
        assert doubled.item() == pytest.approx(math.log(2), rel=0.02)
    assert losses.sharpness(0.5 + 2e-4 * grain, torch.full_like(grain, 0.5)).item() < 0.01


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
    torch.testing.assert_close(losses._local_variance(plane)[0, 0, 3:-3, 3:-3], expected, rtol=1e-3, atol=1e-5)


def test_a_decibel_of_every_sample_counts_alike(images: tuple[torch.Tensor, torch.Tensor]) -> None:
    hr = torch.stack([images[0][0]] * 2)
    bad, good = (hr + error for error in (0.1, 0.01))
    assert losses.psnr(bad, hr).item() == pytest.approx(3, abs=0.01)
    assert losses.psnr(good, hr).item() == pytest.approx(1, abs=0.05)
    assert losses.psnr(hr, hr).item() == 0
