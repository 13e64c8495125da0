import copy

import pytest
import torch
import torch.nn.functional as F

from deepimage.errors import ConfigError
from deepimage.training import state as states
from deepimage.training.config import Training
from deepimage.training.goals import Goals, fidelity_terms
from deepimage.training.lessons import Lesson
from deepimage.training.losses import charbonnier, sharpened
from deepimage.training.perceptual import RandomFeatures
from deepimage.training.schedule import learning_rate
from deepimage.training.state import State
from deepimage.training.step import follow, update

from .conftest import changed


@pytest.fixture
def lesson() -> Lesson:
    """Squares with hard edges, reduced by averaging: there is something to learn."""
    torch.manual_seed(1)
    hr = torch.rand(4, 3, 8, 8).round().repeat_interleave(6, 2).repeat_interleave(6, 3)
    return Lesson(F.avg_pool2d(hr, 4), hr)


def weights(state: State) -> dict[str, torch.Tensor]:
    return copy.deepcopy(state.generator.state_dict())


@pytest.mark.parametrize("bf16", [False, True])
def test_the_loss_falls(config: Training, lesson: Lesson, bf16: bool) -> None:
    config = changed(config, bf16=bf16)
    state = states.new(config)
    losses = [update(state, lesson, config)["pixel"] for _ in range(40)]
    assert losses[-1] < 0.75 * losses[0]
    assert state.step == 40


def test_the_average_follows_behind(config: Training, lesson: Lesson) -> None:
    config = changed(config, bf16=False)
    state = states.new(config)
    first = update(state, lesson, config)["pixel"]
    for _ in range(20):
        last = update(state, lesson, config)["pixel"]
    averaged = charbonnier(state.average(lesson.lr), lesson.hr).item()
    assert last < averaged < first
    assert all(parameter.grad is None for parameter in state.average.parameters())


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_is_refused_and_leaves_the_weights(
    config: Training, lesson: Lesson, value: float
) -> None:
    state = states.new(config)
    update(state, lesson, config)
    before = weights(state)
    with pytest.raises(ConfigError, match=r"step 1: the loss `pixel` is not a number; lower optimizer.learning_rate"):
        update(state, Lesson(lesson.lr, torch.full_like(lesson.hr, value)), config)
    assert all(torch.equal(before[name], tensor) for name, tensor in state.generator.state_dict().items())
    assert state.step == 1


def test_the_gradient_is_that_of_the_weighted_sum(config: Training, lesson: Lesson) -> None:
    """The blame at the image, carried back through the net, is plain backpropagation of the sum of the losses."""
    config = changed(config, bf16=False, losses={"gradient": 0.5, "consistency": 2}, optimizer={"clip": 1e9})
    state = states.new(config)
    torch.nn.init.normal_(state.generator.tail.weight, std=0.01)
    reference = copy.deepcopy(state)
    terms = fidelity_terms(reference, reference.generator(lesson.lr), lesson, Goals(lesson.hr), config, None)
    (terms["pixel"] + 0.5 * terms["gradient"] + 2 * terms["consistency"]).backward()
    update(state, lesson, config)
    for ours, plain in zip(state.generator.parameters(), reference.generator.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, plain.grad)


def test_the_discriminator_learns_alone_first_then_pushes(gan: Training, lesson: Lesson) -> None:
    state, judges = states.new(gan), RandomFeatures()
    before = weights(state)
    assert state.critic
    critic = copy.deepcopy(state.critic.discriminator.state_dict())
    for _ in range(gan.discriminator.alone):
        values = update(state, lesson, gan, judges)
    assert all(torch.equal(before[name], tensor) for name, tensor in state.generator.state_dict().items())
    assert any(not torch.equal(critic[k], v) for k, v in state.critic.discriminator.state_dict().items())
    update(state, lesson, gan, judges)
    assert any(not torch.equal(before[name], tensor) for name, tensor in state.generator.state_dict().items())
    assert set(values) >= {"pixel", "gradient", "frequency", "consistency", "perceptual", "artifacts", "told_apart"}


def test_the_push_is_a_share_of_the_blame(gan: Training, lesson: Lesson) -> None:
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


def test_a_discriminator_that_guesses_is_not_heard(gan: Training, lesson: Lesson) -> None:
    """One that takes both for equally real tells nothing apart: the generator learns as without a discriminator."""
    gan = changed(gan, bf16=False, losses={"features": 0}, discriminator={"alone": 0, "ramp": 0})
    without = changed(gan, losses={"adversarial": 0})
    ends = []
    for config in (gan, without):
        state = states.new(config)
        if state.critic:
            torch.nn.init.zeros_(state.critic.discriminator.tail[-1].weight)
        update(state, lesson, config, RandomFeatures())
        ends.append(weights(state))
    assert all(torch.equal(ends[0][name], tensor) for name, tensor in ends[1].items())


def test_a_painting_takes_its_share_of_the_pixel_loss(config: Training, lesson: Lesson) -> None:
    sr, lesson = torch.zeros_like(lesson.hr), lesson._replace(painted=torch.ones_like(lesson.hr))
    taught = changed(config, target={"teacher": "x", "teacher_share": 0.25})
    goals = Goals.of(lesson, taught.target)
    term = fidelity_terms(states.new(config), sr, lesson, goals, taught, None)["pixel"]
    shares = 0.75 * charbonnier(sr, lesson.hr) + 0.25 * charbonnier(sr, torch.ones_like(sr))
    assert term.item() == pytest.approx(shares.item(), abs=1e-3)
    assert torch.equal(goals.real(taught.target), lesson.hr)
    assert torch.equal(goals.real(taught.target.model_copy(update={"real": "teacher"})), torch.ones_like(sr))


def test_paintings_and_photos_are_made_crisp_alike(config: Training, lesson: Lesson) -> None:
    crisp = Goals.of(lesson._replace(painted=1 - lesson.hr), config.target.model_copy(update={"sharpen": 0.5}))
    assert crisp.painted is not None
    assert torch.equal(crisp.photo, sharpened(lesson.hr, 0.5))
    assert torch.equal(crisp.painted, sharpened(1 - lesson.hr, 0.5))


def test_the_perceptual_loss_looks_at_another_size_in_every_step(config: Training) -> None:
    sizes: list[int] = []

    class Sizes:
        def features(self, x: torch.Tensor) -> list[torch.Tensor]:
            sizes.append(x.shape[-1])
            return [x]

        def compare(self, a: list[torch.Tensor], b: list[torch.Tensor]) -> torch.Tensor:
            return (a[0] - b[0]).abs().mean((1, 2, 3))

    config = changed(config, losses={"perceptual": 1, "window": 128})
    state, hr = states.new(config), torch.rand(1, 3, 128, 128)
    lesson = Lesson(hr[..., ::4, ::4], hr)
    for state.step in range(6):
        assert fidelity_terms(state, hr, lesson, Goals(hr), config, Sizes())["perceptual"] == 0
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


def test_muon_s_rate_is_so_many_of_adamw_s(config: Training, lesson: Lesson) -> None:
    state = states.new(config)
    update(state, lesson, changed(config, optimizer={"trunk": 3}))
    adamw, muon = (optimizer.param_groups[0]["lr"] for optimizer in (state.optimizers.adamw, state.optimizers.muon))
    assert adamw == learning_rate(0, config.optimizer)
    assert muon == pytest.approx(3 * adamw)
