"""Back-projection: a result that, shrunk again, comes nearer to its input (Irani and Peleg 1991, one iteration)."""

from dataclasses import replace

from torch import Tensor, nn

from deepimage.image.interpolation.tensors import resample
from deepimage.models.checkpoint import Checkpoint

KERNEL = "bicubic"
REACH = 4
"""lr pixels: two that the shrunken pixel looks at, and two that listen to it, whatever the scale."""


class BackProjected(nn.Module):
    """A generator whose result gives `strength` (0 to 1) of what it lost of its input back, enlarged smoothly."""

    def __init__(self, generator: nn.Module, strength: float) -> None:
        super().__init__()
        self.generator = generator
        self.strength = strength

    def forward(self, lr: Tensor) -> Tensor:
        """(B, 3, H, W) float -> (B, 3, H*scale, W*scale) float32."""
        sr = self.generator(lr).float()
        lost = lr.float() - _resized(sr, like=lr)
        return sr + self.strength * _resized(lost, like=sr)


def back_projected(checkpoint: Checkpoint, strength: float) -> Checkpoint:
    """The same checkpoint with back-projection behind its generator; tiles need so much more context."""
    facts = replace(checkpoint.facts, halo=checkpoint.facts.halo + REACH)
    return replace(checkpoint, generator=BackProjected(checkpoint.generator, strength), facts=facts)


def _resized(images: Tensor, like: Tensor) -> Tensor:
    height, width = like.shape[-2:]
    return resample(images, height, width, KERNEL)
