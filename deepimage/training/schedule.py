"""How fast each optimizer learns at a step."""

import math

import torch

from deepimage.training.config import Optimizer, Training
from deepimage.training.state import State


def set_rates(state: State, config: Training) -> None:
    """Those of the step that comes next; the discriminator's follows the same curve."""
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
