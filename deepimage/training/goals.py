"""What sr should be, and each loss that tells how far it is from that."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from deepimage.training import losses
from deepimage.training.config import Target, Training
from deepimage.training.lessons import Lesson
from deepimage.training.perceptual import Distance, perceptual
from deepimage.training.state import State
from deepimage.training.window import resized, window_of


@dataclass(frozen=True)
class Goals:
    """What sr should be: the photo, and what the teacher paints, which has `share` of the say."""

    photo: Tensor
    painted: Tensor | None = None
    share: float = 0.0

    @classmethod
    def of(cls, lesson: Lesson, target: Target) -> "Goals":
        """Those of a lesson."""
        painted = None if lesson.painted is None else _crisp(lesson.painted, target)
        return cls(_crisp(lesson.hr, target), painted, target.teacher_share)

    def toward(self, loss: Callable[[Tensor], Tensor]) -> Tensor:
        """The loss against both, by share."""
        if self.painted is None:
            return loss(self.photo)
        painted = self.share * loss(self.painted)
        return painted + (1 - self.share) * loss(self.photo) if self.share < 1 else painted

    def real(self, target: Target) -> Tensor:
        """What the discriminator is shown as the real thing."""
        return self.painted if target.real == "teacher" and self.painted is not None else self.photo


def _crisp(image: Tensor, target: Target) -> Tensor:
    return losses.sharpened(image, target.sharpen) if target.sharpen else image


def fidelity_terms(
    state: State, sr: Tensor, lesson: Lesson, goals: Goals, config: Training, distance: Distance | None
) -> dict[str, Tensor]:
    """Every loss of the recipe but those of the discriminator, by its name there."""
    wanted = config.losses
    terms = {"pixel": goals.toward(lambda goal: losses.charbonnier(sr, goal))}
    if wanted.gradient:
        terms["gradient"] = goals.toward(lambda goal: losses.gradient(sr, goal))
    if wanted.frequency:
        terms["frequency"] = goals.toward(lambda goal: losses.frequency(sr, goal))
    if wanted.consistency:
        terms["consistency"] = losses.consistency(sr, lesson.hr, state.generator.scale)
    if wanted.perceptual and distance:
        window = window_of(sr, state.step, config)
        compared = perceptual(distance, resized(sr[window], state.step, config))
        terms["perceptual"] = goals.toward(lambda goal: compared(resized(goal[window], state.step, config)))
    if wanted.artifacts:
        with torch.no_grad():
            calm = state.average(lesson.lr)
        terms["artifacts"] = losses.artifacts(sr, goals.photo, calm)
    return terms
