"""One step of learning: the generator, then its discriminator, then the moving average of the weights. Torch only."""

import math

import torch
from torch import Tensor, nn

from deepimage.errors import ConfigError
from deepimage.models.precision import is_made_for_bf16
from deepimage.training.config import Training
from deepimage.training.critic import criticise
from deepimage.training.goals import Goals, fidelity_terms
from deepimage.training.lessons import Lesson
from deepimage.training.perceptual import Distance
from deepimage.training.schedule import set_rates
from deepimage.training.share import Share, alone
from deepimage.training.state import State, Values


def update(
    state: State, lesson: Lesson, config: Training, distance: Distance | None = None, share: Share = alone
) -> Values:
    """Learn from one lesson; returns the losses.

    A loss that is not finite raises ConfigError and leaves the generator's weights as they were.
    """
    set_rates(state, config)
    listening = state.critic is not None and state.step < config.discriminator.alone
    mixed = config.bf16 and is_made_for_bf16(lesson.lr.device)
    with torch.autocast(lesson.lr.device.type, torch.bfloat16, enabled=mixed):
        with torch.set_grad_enabled(not listening):
            sr = state.generator(lesson.lr)
        values, blame = _blame(state, sr.detach().requires_grad_(), lesson, config, distance, share)
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
    state.optimizers.step()
    decay = min(config.optimizer.average, (1 + state.step) / (10 + state.step))
    follow(state.average, state.generator, decay)


def _blame(
    state: State, sr: Tensor, lesson: Lesson, config: Training, distance: Distance | None, share: Share
) -> tuple[Values, Tensor]:
    """The losses, and their weighted gradient at sr; the discriminator learns on the way."""
    goals = Goals.of(lesson, config.target)
    terms = fidelity_terms(state, sr, lesson, goals, config, distance)
    weights = config.losses.model_dump()
    total = torch.stack([weights[name] * term for name, term in terms.items()]).sum()
    (blame,) = torch.autograd.grad(total, sr)
    values = {name: term.item() for name, term in terms.items()}
    if state.critic:
        scores, push = criticise(
            state.critic, state.step, sr, lesson.lr, goals.real(config.target), blame, config, share
        )
        values, blame = values | scores, blame + push
    return values, blame


def _check(step: int, values: Values, gradient: Tensor) -> None:
    wrong = next((name for name, value in values.items() if not math.isfinite(value)), None)
    if wrong or not math.isfinite(gradient.sum().item()):
        what = f"the loss `{wrong}`" if wrong else "the gradient"
        raise ConfigError(f"step {step}: {what} is not a number; lower optimizer.learning_rate, then run again")


@torch.no_grad()
def follow(average: nn.Module, generator: nn.Module, decay: float) -> None:
    """average <- decay * average + (1 - decay) * generator, in place."""
    for mean, weight in zip(average.parameters(), generator.parameters(), strict=True):
        mean.lerp_(weight, 1 - decay)
