import copy

import pytest
import torch
import torch.nn.functional as F

from deepimage.errors import ConfigError
from deepimage.training import state as states
from deepimage.training.config import Training
from deepimage.training.goals import Goals, Judges, fidelity_terms, goals_of, toned
from deepimage.training.losses import charbonnier, sharpened
from deepimage.training.perceptual import RandomFeatures
from deepimage.training.schedule import learning_rate
from deepimage.training.state import State
from deepimage.training.step import follow, update

from .conftest import changed

Batch = tuple[torch.Tensor, torch.Tensor]
NOBODY = Judges()


@pytest.fixture
def batch() -> Batch:
    """Squares with hard edges, reduced by averaging: there is something to learn."""
    torch.manual_seed(1)
    hr = torch.rand(4, 3, 8, 8).round().repeat_interleave(6, 2).repeat_interleave(6, 3)
    return F.avg_pool2d(hr, 4), hr


def weights(state: State) -> dict[str, torch.Tensor]:
    return copy.deepcopy(state.generator.state_dict())


@pytest.mark.parametrize("bf16", [False, True])
def test_the_loss_falls(config: Training, batch: Batch, bf16: bool) -> None:
    config = changed(config, bf16=bf16)
    state = states.new(config)
    losses = [update(state, *batch, config, NOBODY)["pixel"] for _ in range(40)]
    assert losses[-1] < 0.75 * losses[0]
    assert state.step == 40


def test_the_average_follows_behind(config: Training, batch: Batch) -> None:
    config = changed(config, bf16=False)
    state = states.new(config)
    first = update(state, *batch, config, NOBODY)["pixel"]
    for _ in range(20):
        last = update(state, *batch, config, NOBODY)["pixel"]
    averaged = charbonnier(state.average(batch[0]), batch[1]).item()
    assert last < averaged < first
    assert all(parameter.grad is None for parameter in state.average.parameters())


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_is_refused_and_leaves_the_weights(
    config: Training, batch: Batch, value: float
) -> None:
    state = states.new(config)
    update(state, *batch, config, NOBODY)
    before = weights(state)
    with pytest.raises(ConfigError, match=r"step 1: the loss `pixel` is not a number; lower optimizer.learning_rate"):
        update(state, batch[0], torch.full_like(batch[1], value), config, NOBODY)
    assert all(torch.equal(before[name], tensor) for name, tensor in state.generator.state_dict().items())
    assert state.step == 1


def test_the_gradient_is_that_of_the_weighted_sum(config: Training, batch: Batch) -> None:
    """The blame at the image, carried back through the net, is plain backpropagation of the sum of the losses."""
    config = changed(config, bf16=False, losses={"gradient": 0.5, "consistency": 2}, optimizer={"clip": 1e9})
    state = states.new(config)
    torch.nn.init.normal_(state.generator.tail.weight, std=0.01)
    reference = copy.deepcopy(state)
    terms = fidelity_terms(reference, reference.generator(batch[0]), *batch, Goals(batch[1]), config, NOBODY)
    (terms["pixel"] + 0.5 * terms["gradient"] + 2 * terms["consistency"]).backward()
    update(state, *batch, config, NOBODY)
    for ours, plain in zip(state.generator.parameters(), reference.generator.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, plain.grad)


def test_the_discriminator_learns_alone_first_then_pushes(gan: Training, batch: Batch) -> None:
    state, judges = states.new(gan), Judges(RandomFeatures())
    before = weights(state)
    assert state.critic
    critic = copy.deepcopy(state.critic.discriminator.state_dict())
    for _ in range(gan.discriminator.alone):
        values = update(state, *batch, gan, judges)
    assert all(torch.equal(before[name], tensor) for name, tensor in state.generator.state_dict().items())
    assert any(not torch.equal(critic[k], v) for k, v in state.critic.discriminator.state_dict().items())
    update(state, *batch, gan, judges)
    assert any(not torch.equal(before[name], tensor) for name, tensor in state.generator.state_dict().items())
    assert set(values) >= {"pixel", "gradient", "frequency", "consistency", "perceptual", "artifacts", "told_apart"}


def test_the_push_is_a_share_of_the_blame(gan: Training, batch: Batch) -> None:
    """Whatever the discriminator's own scale: its logits times a hundred push no harder; and as far as it is heard."""
    from deepimage.training.critic import _push

    torch.manual_seed(0)
    sr = torch.rand(1, 3, 8, 8, requires_grad=True)
    blame = torch.randn(1, 3, 8, 8)
    shares = changed(gan, losses={"features": 0}).losses
    for strength, heard in ((1, 1), (100, 1), (1, 0.5), (1, 0)):
        fake = (strength * sr).mean(1, keepdim=True)
        push = _push(sr, (fake, []), (torch.zeros_like(fake), []), blame, shares, heard)
        assert push.norm().item() == pytest.approx(heard * 0.3 * blame.norm().item(), rel=1e-4)


def test_a_discriminator_that_guesses_is_not_heard(gan: Training, batch: Batch) -> None:
    """One that takes both for equally real tells nothing apart: the generator learns as without a discriminator."""
    gan = changed(gan, bf16=False, losses={"features": 0}, discriminator={"alone": 0, "ramp": 0})
    without = changed(gan, losses={"adversarial": 0})
    ends = []
    for config in (gan, without):
        state = states.new(config)
        if state.critic:
            torch.nn.init.zeros_(state.critic.discriminator.tail[-1].weight)
        update(state, *batch, config, Judges(RandomFeatures()))
        ends.append(weights(state))
    assert all(torch.equal(ends[0][name], tensor) for name, tensor in ends[1].items())


def test_a_teacher_takes_its_share_of_the_pixel_loss(config: Training, batch: Batch) -> None:
    class White(torch.nn.Module):
        def forward(self, lr: torch.Tensor) -> torch.Tensor:
            return torch.ones(len(lr), 3, 48, 48)

    sr = torch.zeros(4, 3, 48, 48)
    taught = changed(config, target={"teacher": "x", "teacher_share": 0.25})
    judges = Judges(teacher=White())
    goals = goals_of(*batch, taught.target, judges)
    term = fidelity_terms(states.new(config), sr, *batch, goals, taught, judges)["pixel"]
    assert goals.painted is not None
    shares = 0.75 * charbonnier(sr, batch[1]) + 0.25 * charbonnier(sr, goals.painted)
    assert term.item() == pytest.approx(shares.item(), abs=1e-3)
    assert torch.equal(goals.real(taught.target), batch[1])
    assert torch.equal(goals.real(taught.target.model_copy(update={"real": "teacher"})), goals.painted)


def test_a_painting_keeps_its_strokes_and_takes_the_photo_s_tones() -> None:
    torch.manual_seed(0)
    tones = F.interpolate(torch.rand(2, 3, 2, 2) * 0.4, (64, 64), mode="bilinear") + 0.3
    strokes = 0.1 * torch.tensor([1.0, -1.0]).repeat(32).expand(2, 3, 64, 64)
    painted = toned(strokes + 0.5, tones, cell=16)
    assert (painted - (tones + strokes)).abs().mean() < 0.02
    assert toned(painted[..., :12, :12], tones[..., :12, :12], 16).shape == (2, 3, 12, 12)  # smaller than a cell


def test_paintings_and_photos_are_made_crisp_alike(config: Training, batch: Batch) -> None:
    teacher = torch.nn.Upsample(scale_factor=4)
    target = config.target.model_copy(update={"teacher": "x", "sharpen": 0.5})
    plain = goals_of(*batch, target.model_copy(update={"sharpen": 0.0}), Judges(teacher=teacher))
    crisp = goals_of(*batch, target, Judges(teacher=teacher))
    assert plain.painted is not None
    assert crisp.painted is not None
    assert torch.equal(crisp.photo, sharpened(batch[1], 0.5))
    assert torch.equal(crisp.painted, sharpened(plain.painted, 0.5))
    assert not torch.equal(crisp.painted, plain.painted)


def test_a_teacher_may_paint_from_what_the_generator_cannot_see(config: Training, batch: Batch) -> None:
    """Also one that enlarges more than the generator: its painting is reduced."""
    lr, hr = torch.zeros_like(batch[0]), torch.linspace(0, 1, 48).expand_as(batch[1])
    for scale, clean in ((4, 0.0), (4, 0.25), (4, 1.0), (8, 1.0)):
        teacher, seen = torch.nn.Upsample(scale_factor=scale, mode="bicubic"), list[torch.Tensor]()
        teacher.register_forward_pre_hook(lambda module, inputs, seen=seen: seen.append(inputs[0]))
        target = config.target.model_copy(update={"teacher": "x", "teacher_sees_clean": clean})
        painted = goals_of(lr, hr, target, Judges(teacher=teacher)).painted
        assert painted is not None
        assert painted.shape == hr.shape
        assert clean < 1 or (painted - hr).abs().mean() < 0.01
        assert (seen[0] - clean * F.avg_pool2d(hr, 4)).abs().mean() < 0.01  # lr is black


@pytest.mark.parametrize("cleaner_scale", [1, 4])
def test_a_teacher_may_paint_from_what_another_net_makes_of_the_input(
    config: Training, batch: Batch, cleaner_scale: int
) -> None:
    class White(torch.nn.Module):
        def forward(self, lr: torch.Tensor) -> torch.Tensor:
            return torch.ones(len(lr), 3, *(cleaner_scale * side for side in lr.shape[2:]))

    lr, seen = torch.zeros_like(batch[0]), list[torch.Tensor]()
    teacher = torch.nn.Upsample(scale_factor=4)
    teacher.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    target = config.target.model_copy(update={"teacher": "x", "teacher_sees_clean": 0.25, "cleaner": "y"})
    goals_of(lr, batch[1], target, Judges(teacher=teacher, cleaner=White()))
    assert torch.allclose(seen[0], torch.full_like(lr, 0.25))


@pytest.mark.parametrize("clean_share", [0, 0.25])
def test_on_flat_ground_a_teacher_sees_none_of_our_noise(config: Training, batch: Batch, clean_share: float) -> None:
    class Halves(torch.nn.Module):
        """Left grey, right a board of black and white."""

        def forward(self, lr: torch.Tensor) -> torch.Tensor:
            board = (torch.arange(12)[:, None] + torch.arange(12)) % 2
            return torch.where(torch.arange(12) < 6, 0.5, board.float()).expand_as(lr)

    lr, seen = torch.rand(batch[0].shape), list[torch.Tensor]()
    teacher = torch.nn.Upsample(scale_factor=4)
    teacher.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    changes = {"teacher": "x", "teacher_sees_clean": clean_share, "cleaner": "y", "calm": 0.05}
    goals_of(lr, batch[1], config.target.model_copy(update=changes), Judges(teacher=teacher, cleaner=Halves()))
    clean = Halves()(lr)
    assert torch.allclose(seen[0][..., :4], clean[..., :4])  # two pixels further the window meets the board
    assert torch.allclose(seen[0][..., 6:], torch.lerp(lr, clean, clean_share)[..., 6:])


def test_the_perceptual_loss_looks_at_another_size_in_every_step(config: Training) -> None:
    sizes: list[int] = []

    class Sizes:
        def features(self, x: torch.Tensor) -> list[torch.Tensor]:
            sizes.append(x.shape[-1])
            return [x]

        def compare(self, a: list[torch.Tensor], b: list[torch.Tensor]) -> torch.Tensor:
            return (a[0] - b[0]).abs().mean((1, 2, 3))

    config = changed(config, losses={"perceptual": 1, "window": 128})
    state, judges, hr = states.new(config), Judges(Sizes()), torch.rand(1, 3, 128, 128)
    for state.step in range(6):
        assert fidelity_terms(state, hr, hr[..., ::4, ::4], hr, Goals(hr), config, judges)["perceptual"] == 0
    assert sizes[::2] == sizes[1::2]  # sr and hr alike
    assert len(set(sizes)) > 3


def test_the_learning_rate_rises_then_falls_to_its_end(config: Training) -> None:
    settings = config.optimizer
    rates = [learning_rate(step, settings) for step in range(settings.steps + 1)]
    top = rates.index(max(rates))
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert max(rates) == pytest.approx(settings.learning_rate)
    assert rates[-1] == pytest.approx(settings.final_learning_rate)
    assert learning_rate(10 * settings.steps, settings) == pytest.approx(settings.final_learning_rate)


def test_follow_keeps_the_share_it_is_told() -> None:
    average, generator = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)
    torch.nn.init.constant_(average.weight, 1.0)
    torch.nn.init.constant_(generator.weight, 0.0)
    follow(average, generator, 0.9)
    assert average.weight.item() == pytest.approx(0.9)


def test_muon_s_rate_is_so_many_of_adamw_s(config: Training, batch: Batch) -> None:
    state = states.new(config)
    update(state, *batch, changed(config, optimizer={"trunk": 3}), NOBODY)
    adamw, muon = (optimizer.param_groups[0]["lr"] for optimizer in (state.optimizers.adamw, state.optimizers.muon))
    assert adamw == learning_rate(0, config.optimizer)
    assert muon == pytest.approx(3 * adamw)
