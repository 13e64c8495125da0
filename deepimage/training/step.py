"""One step of learning: the generator, then its discriminator, then the moving average of the weights.

Torch only. The adversarial gradient is given a share of the other losses' gradient at the image, so its weight adapts
by itself (the idea of VQGAN, Esser et al. 2021, taken at the image instead of the last layer); the less the
discriminator knows, the smaller the share.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import EllipsisType

import numpy as np
import torch
from torch import Tensor, nn

from deepimage.errors import ConfigError
from deepimage.models.discriminator import Discriminator
from deepimage.models.generator import Generator
from deepimage.models.precision import is_made_for_bf16
from deepimage.training import losses
from deepimage.training.config import Losses, Optimizer, Target, Training
from deepimage.training.perceptual import Distance, perceptual

Share = Callable[[Iterable[nn.Parameter]], None]
"""Averages the gradients of parameters over the workers, in place."""
Values = dict[str, float]
Window = tuple[EllipsisType, slice, slice]


@dataclass
class Critic:
    """The discriminator and its optimizer."""

    discriminator: Discriminator
    optimizer: torch.optim.Optimizer


@dataclass
class State:
    """All that changes while a generator learns."""

    generator: Generator
    average: Generator
    """Moving average of the generator: what is measured and shipped."""
    muon: torch.optim.Optimizer
    """Of the trunk's convolutions."""
    adamw: torch.optim.Optimizer
    """Of all other weights."""
    critic: Critic | None = None
    step: int = 0


@dataclass(frozen=True)
class Judges:
    """Networks that only look: they never learn."""

    distance: Distance | None = None
    teacher: nn.Module | None = None


def alone(parameters: Iterable[nn.Parameter]) -> None:
    """The Share of a single worker."""


def update(state: State, lr: Tensor, hr: Tensor, config: Training, judges: Judges, share: Share = alone) -> Values:
    """Learn from one batch (BCHW float32 in [0, 1]); returns the losses.

    A loss that is not finite raises ConfigError and leaves the generator's weights as they were.
    """
    _set_rates(state, config)
    listening = state.critic is not None and state.step < config.discriminator.alone
    mixed = config.bf16 and is_made_for_bf16(lr.device)
    with torch.autocast(lr.device.type, torch.bfloat16, enabled=mixed):
        with torch.set_grad_enabled(not listening):
            sr = state.generator(lr)
        values, blame = _blame(state, sr.detach().requires_grad_(), lr, hr, config, judges, share)
    _check(state.step, values, blame)
    if not listening:
        _descend(state, sr, blame, config, share)
    state.step += 1
    return values


def _descend(state: State, sr: Tensor, blame: Tensor, config: Training, share: Share) -> None:
    """Carry the gradient at sr back through the generator, and take the step."""
    state.generator.zero_grad()
    sr.backward(blame)
    share(state.generator.parameters())
    norm = nn.utils.clip_grad_norm_(state.generator.parameters(), config.optimizer.clip)
    _check(state.step, {}, norm)
    state.muon.step()
    state.adamw.step()
    decay = min(config.optimizer.average, (1 + state.step) / (10 + state.step))
    follow(state.average, state.generator, decay)


def _blame(
    state: State, sr: Tensor, lr: Tensor, hr: Tensor, config: Training, judges: Judges, share: Share
) -> tuple[Values, Tensor]:
    """The losses, and their weighted gradient at sr; the discriminator learns on the way."""
    goals = goals_of(lr, hr, config.target, judges)
    terms = fidelity_terms(state, sr, lr, hr, goals, config, judges)
    weights = config.losses.model_dump()
    total = torch.stack([weights[name] * term for name, term in terms.items()]).sum()
    (blame,) = torch.autograd.grad(total, sr)
    values = {name: term.item() for name, term in terms.items()}
    if state.critic:
        scores, push = _criticise(state, state.critic, sr, goals.real(config.target), blame, config, share)
        values, blame = values | scores, blame + push
    return values, blame


@dataclass(frozen=True)
class Goals:
    """What sr should be: the photo, and what the teacher paints, which has `share` of the say."""

    photo: Tensor
    painted: Tensor | None = None
    share: float = 0.0

    def toward(self, loss: Callable[[Tensor], Tensor]) -> Tensor:
        """The loss against both, by share."""
        if self.painted is None:
            return loss(self.photo)
        painted = self.share * loss(self.painted)
        return painted + (1 - self.share) * loss(self.photo) if self.share < 1 else painted

    def real(self, target: Target) -> Tensor:
        """What the discriminator is shown as the real thing."""
        return self.painted if target.real == "teacher" and self.painted is not None else self.photo


def goals_of(lr: Tensor, hr: Tensor, target: Target, judges: Judges) -> Goals:
    """The goals of a batch."""
    photo = losses.sharpened(hr, target.sharpen) if target.sharpen else hr
    if not judges.teacher:
        return Goals(photo)
    with torch.no_grad():
        painted = judges.teacher(_seen_by_the_teacher(lr, hr, target)).clamp(0, 1)
        return Goals(photo, losses.reduced(painted, painted.shape[-1] // hr.shape[-1]), target.teacher_share)


def _seen_by_the_teacher(lr: Tensor, hr: Tensor, target: Target) -> Tensor:
    if not target.teacher_sees_clean:
        return lr
    clean = losses.reduced(hr, hr.shape[-1] // lr.shape[-1]).clamp(0, 1)
    return torch.lerp(lr, clean, target.teacher_sees_clean)


def fidelity_terms(
    state: State, sr: Tensor, lr: Tensor, hr: Tensor, goals: Goals, config: Training, judges: Judges
) -> dict[str, Tensor]:
    """Every loss of the recipe but those of the discriminator, by its name there."""
    wanted = config.losses
    pixel = losses.psnr if wanted.pixel_form == "psnr" else losses.charbonnier
    terms = {"pixel": goals.toward(lambda goal: pixel(sr, goal))}
    if wanted.gradient:
        terms["gradient"] = goals.toward(lambda goal: losses.gradient(sr, goal))
    if wanted.sharpness:
        terms["sharpness"] = goals.toward(lambda goal: losses.sharpness(sr, goal))
    if wanted.frequency:
        terms["frequency"] = goals.toward(lambda goal: losses.frequency(sr, goal))
    if wanted.consistency:
        terms["consistency"] = losses.consistency(sr, hr, state.generator.scale)
    if wanted.perceptual and judges.distance:
        window = _window(sr, state.step, config)
        distance = perceptual(judges.distance, sr[window])
        terms["perceptual"] = goals.toward(lambda goal: distance(goal[window]))
    if wanted.artifacts:
        with torch.no_grad():
            calm = state.average(lr)
        terms["artifacts"] = losses.artifacts(sr, goals.photo, calm)
    return terms


def _criticise(
    state: State, critic: Critic, sr: Tensor, genuine: Tensor, blame: Tensor, config: Training, share: Share
) -> tuple[Values, Tensor]:
    """Scores, and what the discriminator adds to the gradient at sr; then it learns from the same two looks."""
    window = _window(sr, state.step, config)
    with nn.utils.parametrize.cached():
        real, real_features = critic.discriminator(genuine[window])
        fake, fake_features = critic.discriminator(sr[window])
        right = ((real > 0).float().mean() + (fake < 0).float().mean()).item() / 2
        push = _push(sr, fake, fake_features, real_features, blame, config.losses, heard=max(2 * right - 1, 0))
        loss = losses.told_apart(real.float(), fake.float())
        critic.optimizer.zero_grad()
        loss.backward()
    share(critic.discriminator.parameters())
    critic.optimizer.step()
    ramp = min(max(state.step - config.discriminator.alone, 0) / max(config.discriminator.ramp, 1), 1.0)
    return {"discriminator": loss.item(), "told_apart": right}, ramp * push


def _push(
    sr: Tensor, fake: Tensor, features: list[Tensor], real: list[Tensor], blame: Tensor, weights: Losses, heard: float
) -> Tensor:
    """Adversarial and feature-matching gradients at sr, each a share of the other losses' gradient.

    `heard` is 0 for logits of one that guesses and 1 for one that is always right: a guess has a direction, too, and
    the generator would follow it into patterns.
    """
    push = torch.zeros_like(sr)
    for share, loss in (
        (weights.adversarial * heard, lambda: losses.fooled(fake.float())),
        (weights.features, lambda: losses.feature_matching(features, real)),
    ):
        if share:
            (direction,) = torch.autograd.grad(loss(), sr, retain_graph=True)
            push += direction * (share * blame.norm() / direction.norm().clamp(min=1e-12))
    return push


def _window(sr: Tensor, step: int, config: Training) -> Window:
    """Where the networks look in this step: it moves, so that their grids do not show in the gradient, and leaves out
    most of the rim, where a generator lacks its context."""
    side = min(config.losses.window, sr.shape[-1])
    rng = np.random.default_rng((config.seed, step))
    top, left = (int(n) for n in rng.integers(0, sr.shape[-1] - side + 1, 2))
    return ..., slice(top, top + side), slice(left, left + side)


def _check(step: int, values: Values, gradient: Tensor) -> None:
    wrong = next((name for name, value in values.items() if not math.isfinite(value)), None)
    if wrong or not math.isfinite(gradient.sum().item()):
        what = f"the loss `{wrong}`" if wrong else "the gradient"
        raise ConfigError(f"step {step}: {what} is not a number; lower optimizer.learning_rate, then run again")


def _set_rates(state: State, config: Training) -> None:
    rate = learning_rate(state.step, config.optimizer)
    _set_rate(state.adamw, rate)
    _set_rate(state.muon, rate * config.optimizer.trunk)
    if state.critic:
        _set_rate(state.critic.optimizer, rate * config.discriminator.learning_rate / config.optimizer.learning_rate)


def _set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate


def learning_rate(step: int, settings: Optimizer) -> float:
    """Linear from nothing over the warm-up, then half a cosine down to the final rate."""
    if step < settings.warmup:
        return settings.learning_rate * (step + 1) / settings.warmup
    progress = min((step - settings.warmup) / max(settings.steps - settings.warmup, 1), 1.0)
    span = settings.learning_rate - settings.final_learning_rate
    return settings.final_learning_rate + span * (1 + math.cos(math.pi * progress)) / 2


@torch.no_grad()
def follow(average: nn.Module, generator: nn.Module, decay: float) -> None:
    """average <- decay * average + (1 - decay) * generator, in place."""
    for mean, weight in zip(average.parameters(), generator.parameters(), strict=True):
        mean.lerp_(weight, 1 - decay)
