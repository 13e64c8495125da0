"""How fast each optimizer learns at a step."""

import math

from deepimage.training.config import Optimizer, Training
from deepimage.training.state import State


def set_rates(state: State, config: Training) -> None:
    """Those of the step that comes next; the discriminator's follows the same curve."""
    rate, trunk = learning_rate(state.step, config.optimizer), config.optimizer.trunk
    state.optimizers.set_rate(rate, trunk)
    if state.critic:
        share = config.discriminator.learning_rate / config.optimizer.learning_rate
        state.critic.optimizers.set_rate(share * rate, trunk)


def learning_rate(step: int, settings: Optimizer) -> float:
    """Linear from nothing over the warm-up, then half a cosine down to the final rate."""
    if step < settings.warmup:
        return settings.learning_rate * (step + 1) / settings.warmup
    progress = min((step - settings.warmup) / max(settings.steps - settings.warmup, 1), 1.0)
    span = settings.learning_rate - settings.final_learning_rate
    return settings.final_learning_rate + span * (1 + math.cos(math.pi * progress)) / 2
