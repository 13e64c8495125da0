"""What a teacher paints for our own dirty inputs, and what it looks at while it does."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepimage.errors import ConfigError
from deepimage.models import checkpoint
from deepimage.models.precision import is_made_for_bf16
from deepimage.training import losses
from deepimage.training.config import Target, Training


@dataclass(frozen=True)
class Painter:
    """A published net whose paintings are learned; it never learns itself."""

    target: Target
    teacher: nn.Module
    cleaner: nn.Module | None = None
    bf16: bool = False

    @torch.no_grad()
    def paint(self, lr: Tensor, hr: Tensor) -> Tensor:
        """The painting of each sample, in its photo's tones: BCHW float32 in [0, 1], of hr's size."""
        with torch.autocast(lr.device.type, torch.bfloat16, enabled=self.bf16):
            painted = self.teacher(self._seen(lr, hr)).float().clamp(0, 1)
        painted = losses.reduced(painted, painted.shape[-1] // hr.shape[-1])
        return toned(painted, hr, 4 * hr.shape[-1] // lr.shape[-1])

    def _seen(self, lr: Tensor, hr: Tensor) -> Tensor:
        target = self.target
        if not (target.teacher_sees_clean or target.calm):
            return lr
        clean = self.cleaner(lr).float().clamp(0, 1) if self.cleaner else hr
        clean = losses.reduced(clean, clean.shape[-1] // lr.shape[-1]).clamp(0, 1)
        dirty = _busy(clean, target.calm) if target.calm else 1.0
        return clean + (1 - target.teacher_sees_clean) * dirty * (lr - clean)


def toned(painted: Tensor, hr: Tensor, cell: int) -> Tensor:
    """The painting with what cells of so many pixels show taken from hr: a teacher changes tones and contrast, which
    any lr tells (with cells of 4 lr pixels realesr-general-x4v3 is 0.65 dB nearer to hr, and looks the same)."""
    cells = [max(length // cell, 1) for length in hr.shape[-2:]]
    difference = F.interpolate(hr - painted, cells, mode="bicubic", antialias=True)
    return (painted + F.interpolate(difference, hr.shape[-2:], mode="bilinear")).clamp(0, 1)


def _busy(image: Tensor, calm: float) -> Tensor:
    """0 on flat ground, 1 where the brightness of 5x5 pixels deviates by `calm` or more: BCHW -> B1HW."""
    return (losses.local_variance(image.mean(1, keepdim=True), 5).sqrt() / calm).clamp(max=1)


def painter_of(config: Training, device: torch.device) -> Painter | None:
    """The teacher of a recipe. Raises ConfigError, CheckpointError."""
    target = config.target
    if not target.teacher:
        return None
    teacher = _teacher(target.teacher, config).to(device)
    cleaner = checkpoint.load(target.cleaner).generator.to(device) if target.cleaner else None
    return Painter(target, teacher, cleaner, bf16=config.bf16 and is_made_for_bf16(device))


def _teacher(name: str, config: Training) -> torch.nn.Module:
    denoise = config.target.teacher_denoise if config.target.teacher_denoise < 1 else None
    found = checkpoint.load(name, denoise=denoise)
    if found.facts.scale % config.net.scale:
        raise ConfigError(f"target.teacher {name}: scale {found.facts.scale}, not a multiple of {config.net.scale}")
    return found.generator
