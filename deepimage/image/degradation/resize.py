"""Resizing by the kernels of `deepimage.image.interpolation`, for many small pictures of ever other sizes.

All but nearest are antialiased; the full extent always maps onto the full extent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from deepimage.image.degradation.canvas import Canvas, Operation, Size
from deepimage.image.interpolation import matrix

_KERNELS = {"box": "nearest", "mitchell": "bicubic-mitchell"}  # antialiased, the nearest pixel's box is a mean
_ROWS = 32  # of a block: half the time of interpolation's shorter ones for pictures of 50 to 200 pixels


@dataclass(frozen=True)
class Resize(Operation):
    """To `size` times the sides of lr."""

    size: float
    kernel: str = "lanczos"

    def target(self, lr: Size) -> Size:
        """Height and width of the result; between hr and lr multiples of 4, so that few matrices serve a training."""
        height, width = (_near(side, side * self.size) for side in lr)
        return height, width

    @classmethod
    def apply(cls, canvas: Canvas, operations: Sequence["Resize"]) -> Canvas:
        targets = [op.target(canvas.lr) for op in operations]
        if list(canvas.sizes) == targets:
            return canvas
        if canvas.fixed:
            rows, columns = (_dense(canvas, operations, targets, axis) for axis in (0, 1))
            resized = rows @ canvas.pixels @ columns.transpose(2, 3)
        else:
            (old,), (new,), kernel = canvas.sizes, targets, operations[0].kernel
            halfway = [block @ canvas.pixels[:, :, first:last] for first, last, block in bands(old[0], new[0], kernel)]
            short = torch.cat(halfway, 2)
            resized = torch.cat([short[..., a:b] @ block.T for a, b, block in bands(old[1], new[1], kernel)], 3)
        return replace(canvas, pixels=resized.clamp_(0, 1), sizes=targets)


def _near(side: int, wanted: float) -> int:
    """A whole length near the wanted one; exactly `side` where that is wanted."""
    return max(round(wanted), 1) if wanted < 32 or wanted % side == 0 else 4 * round(wanted / 4)


def _dense(canvas: Canvas, operations: Sequence[Resize], targets: Sequence[Size], axis: int) -> Tensor:
    """(B,1,side,side) along an axis of a fixed canvas, zero beyond each picture."""
    side = canvas.pixels.shape[axis + 2]
    result = torch.zeros(len(operations), 1, side, side)
    for whole, old, new, op in zip(result[:, 0], canvas.sizes, targets, operations, strict=True):
        blocks = bands(old[axis], new[axis], op.kernel)
        for rows, (first, last, block) in zip(whole[: new[axis]].split(_ROWS), blocks, strict=True):
            rows[:, first:last] = block
    return result.to(canvas.pixels.device)


@lru_cache(maxsize=4096)
def bands(size_in: int, size_out: int, kernel: str) -> tuple[tuple[int, int, Tensor], ...]:
    """The matrix of a resize along one axis as blocks of rows: out[rows of a block] = block @ in[first:last].

    Most of the whole matrix is zero; a block holds the columns that its rows reach.
    """
    blocks = []
    for rows in np.split(weights(size_in, size_out, kernel), range(_ROWS, size_out, _ROWS)):
        first, last = int(rows[0].nonzero()[0][0]), int(rows[-1].nonzero()[0][-1]) + 1
        blocks.append((first, last, torch.from_numpy(np.ascontiguousarray(rows[:, first:last]))))
    return tuple(blocks)


def weights(size_in: int, size_out: int, kernel: str) -> np.ndarray:
    """(size_out, size_in) float32 rows that sum to one: out = weights @ in, along one axis."""
    if kernel == "nearest":
        return np.eye(size_in, dtype=np.float32)[(np.arange(size_out) * 2 + 1) * size_in // (2 * size_out)]
    return matrix(size_in, size_out, _KERNELS.get(kernel, kernel))
