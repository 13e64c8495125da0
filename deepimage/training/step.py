"""One step of learning: a Charbonnier loss, a clipped AdamW update, and the moving average of the weights."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from deepimage.errors import ConfigError
from deepimage.models.generator import ResidualGenerator
from deepimage.training.config import Optimizer


@dataclass
class State:
    """All that changes while a generator learns."""

    generator: ResidualGenerator
    average: ResidualGenerator
    """Moving average of the generator: what is measured and shipped."""
    optimizer: torch.optim.Optimizer
    step: int = 0


def update(state: State, lr: Tensor, hr: Tensor, settings: Optimizer, bf16: bool) -> float:
    """Learn from one batch (BCHW float32 in [0, 1]); returns its loss. NaN raises ConfigError and keeps the weights."""
    for group in state.optimizer.param_groups:
        group["lr"] = learning_rate(state.step, settings)
    with torch.autocast(lr.device.type, torch.bfloat16, enabled=bf16):
        sr = state.generator(lr)
    loss = charbonnier(sr, hr)
    state.optimizer.zero_grad()
    loss.backward()
    norm = nn.utils.clip_grad_norm_(state.generator.parameters(), settings.clip)
    value, size = loss.item(), norm.item()
    if not (math.isfinite(value) and math.isfinite(size)):
        raise ConfigError(f"step {state.step}: the loss is {value:.3g}, its gradient {size:.3g}; lower learning_rate")
    state.optimizer.step()
    state.step += 1
    follow(state.average, state.generator, min(settings.average, (1 + state.step) / (10 + state.step)))
    return value


def charbonnier(sr: Tensor, hr: Tensor, epsilon: float = 1e-3) -> Tensor:
    """A smooth L1 (Charbonnier et al. 1994; Lai et al. 2017), averaged over all values."""
    return torch.sqrt((sr - hr).square() + epsilon**2).mean()


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
