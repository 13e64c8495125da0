"""What sr should be, and each loss that tells how far it is from that."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepimage.training import losses
from deepimage.training.config import Target, Training
from deepimage.training.perceptual import Distance, perceptual
from deepimage.training.state import State
from deepimage.training.window import resized, window_of


@dataclass(frozen=True)
class Judges:
    """Networks that only look: they never learn."""

    distance: Distance | None = None
    teacher: nn.Module | None = None
    cleaner: nn.Module | None = None


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
    photo = _crisp(hr, target)
    if not judges.teacher:
        return Goals(photo)
    with torch.no_grad():
        painted = judges.teacher(_seen_by_the_teacher(lr, hr, target, judges)).clamp(0, 1)
        painted = losses.reduced(painted, painted.shape[-1] // hr.shape[-1])
        painted = toned(painted, hr, 4 * hr.shape[-1] // lr.shape[-1])
        return Goals(photo, _crisp(painted, target), target.teacher_share)


def _crisp(image: Tensor, target: Target) -> Tensor:
    return losses.sharpened(image, target.sharpen) if target.sharpen else image


def toned(painted: Tensor, hr: Tensor, cell: int) -> Tensor:
    """The painting with what cells of so many pixels show taken from hr: a teacher changes tones and contrast, which
    any lr tells (with cells of 4 lr pixels realesr-general-x4v3 is 0.65 dB nearer to hr, and looks the same)."""
    cells = [max(length // cell, 1) for length in hr.shape[-2:]]
    difference = F.interpolate(hr - painted, cells, mode="bicubic", antialias=True)
    return (painted + F.interpolate(difference, hr.shape[-2:], mode="bilinear")).clamp(0, 1)


def _seen_by_the_teacher(lr: Tensor, hr: Tensor, target: Target, judges: Judges) -> Tensor:
    if not (target.teacher_sees_clean or target.calm):
        return lr
    clean = judges.cleaner(lr).clamp(0, 1) if judges.cleaner else hr
    clean = losses.reduced(clean, clean.shape[-1] // lr.shape[-1]).clamp(0, 1)
    dirty = _busy(clean, target.calm) if target.calm else 1.0
    return clean + (1 - target.teacher_sees_clean) * dirty * (lr - clean)


def _busy(image: Tensor, calm: float) -> Tensor:
    """0 on flat ground, 1 where the brightness of 5x5 pixels deviates by `calm` or more: BCHW -> B1HW."""
    return (losses.local_variance(image.mean(1, keepdim=True), 5).sqrt() / calm).clamp(max=1)


def fidelity_terms(
    state: State, sr: Tensor, lr: Tensor, hr: Tensor, goals: Goals, config: Training, judges: Judges
) -> dict[str, Tensor]:
    """Every loss of the recipe but those of the discriminator, by its name there."""
    wanted = config.losses
    terms = {"pixel": goals.toward(lambda goal: losses.charbonnier(sr, goal))}
    if wanted.gradient:
        terms["gradient"] = goals.toward(lambda goal: losses.gradient(sr, goal))
    if wanted.frequency:
        terms["frequency"] = goals.toward(lambda goal: losses.frequency(sr, goal))
    if wanted.consistency:
        terms["consistency"] = losses.consistency(sr, hr, state.generator.scale)
    if wanted.perceptual and judges.distance:
        window = window_of(sr, state.step, config)
        distance = perceptual(judges.distance, resized(sr[window], state.step, config))
        terms["perceptual"] = goals.toward(lambda goal: distance(resized(goal[window], state.step, config)))
    if wanted.artifacts:
        with torch.no_grad():
            calm = state.average(lr)
        terms["artifacts"] = losses.artifacts(sr, goals.photo, calm)
    return terms
