"""What operations work on: pictures in the top left corners of one tensor, each with its own size.

On a CPU a canvas holds one picture and is as large as it. On a GPU it holds a fixed number of pictures of different
sizes and stays as large as hr, so that shapes (and with them kernels and bits) never depend on who else is in a batch.
"""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional as F

Size = tuple[int, int]


@dataclass(frozen=True)
class Canvas:
    """A batch of pictures on their way from hr to lr."""

    pixels: Tensor
    """(B,3,H,W) float32 RGB in [0, 1]; undefined, but finite, beyond each picture's size."""
    sizes: Sequence[Size]
    """Height and width of each picture."""
    lr: Size
    """Height and width of lr."""
    fixed: bool = False
    """Whether the canvas keeps its height and width when a picture shrinks."""

    @property
    def units(self) -> list[float]:
        """Pixels to an lr pixel, of each picture."""
        return [unit(size, self.lr) for size in self.sizes]

    def column(self, values: Sequence[float]) -> Tensor:
        """One number for each picture, (B,1,1,1), on the pictures' device."""
        return torch.tensor(values, dtype=torch.float32, device=self.pixels.device).view(-1, 1, 1, 1)

    def painted(self, pixels: Tensor) -> "Canvas":
        """The same with other pixels."""
        return replace(self, pixels=pixels)

    def extended(self, corner: int, canvas: Size) -> Tensor:
        """(B,3,*canvas) with every picture `corner` pixels from the left and top, going on as its edge pixels."""
        if self.fixed:
            return moved(self.pixels, self.sizes, [(corner, corner)] * len(self.sizes), canvas)
        height, width = self.pixels.shape[2:]
        right, bottom = canvas[1] - width - corner, canvas[0] - height - corner
        return F.pad(self.pixels, (corner, right, corner, bottom), mode="replicate")


def unit(size: Size, lr: Size) -> float:
    """Pixels to an lr pixel, in the mean of both directions."""
    return (size[0] / lr[0] * size[1] / lr[1]) ** 0.5


def moved(pixels: Tensor, sizes: Sequence[Size], corners: Sequence[Size], canvas: Size) -> Tensor:
    """Pictures of `sizes` in (B,C,H,W), now with their (top, left) at `corners` of a canvas, edge pixels all round."""
    for axis in (0, 1):
        begin = torch.tensor([corner[axis] for corner in corners], device=pixels.device)[:, None]
        last = torch.tensor([size[axis] - 1 for size in sizes], device=pixels.device)[:, None]
        index = (torch.arange(canvas[axis], device=pixels.device) - begin).clamp_(min=0).minimum(last)
        shape = [len(sizes), 1, 1, 1]
        shape[axis + 2] = canvas[axis]
        wanted = list(pixels.shape)
        wanted[axis + 2] = canvas[axis]
        pixels = pixels.gather(axis + 2, index.view(shape).expand(wanted))
    return pixels


class Operation(ABC):
    """A step with every number drawn; operations of a kind that share a group are applied together."""

    def group(self, unit: float) -> Hashable:
        """What, besides the kind, must be equal for a common application; `unit` is pixels to an lr pixel."""
        return ()

    @classmethod
    @abstractmethod
    def apply(cls, canvas: Canvas, operations: Sequence[Self]) -> Canvas:
        """Apply one operation to each picture of the canvas, which is left as it was."""
