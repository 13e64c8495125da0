"""JPEG without its entropy coding, which loses nothing: libjpeg's arithmetic on a batch of pictures, on any device.

Follows libjpeg-turbo: 8-bit rounding of every plane, its chroma averages with alternating bias, a block transform,
tables, and the triangle filter ("fancy") or repetition that enlarges chroma. What differs is the cosines' precision
(float here, 13 bits there), so that once in a while a coefficient is rounded the other way.
"""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from deepimage.image.degradation.canvas import Size, moved

STEPS = {"4:4:4": (1, 1), "4:2:2": (1, 2), "4:2:0": (2, 2)}
"""Rows and columns that share one chroma sample."""


def compress(
    rgb: Tensor, sizes: Sequence[Size], corners: Sequence[Size], tables: Tensor, chroma: str, fancy: Sequence[bool]
) -> Tensor:
    """One JPEG pass.

    rgb (B,3,H,W) float in [0, 1]; the picture of `sizes` in each, whose block grid begins `corners` (top, left)
    pixels outside it; tables (B,2,64) luma and chroma; `fancy` for each picture how chroma is enlarged. Returns
    (B,3,H,W) on the 8-bit grid k / 255, undefined beyond each picture's size.
    """
    down, across = STEPS[chroma]
    height, width = (_whole(length + 16, 16) for length in rgb.shape[2:])
    framed = [(h + top, w + left) for (h, w), (top, left) in zip(sizes, corners, strict=True)]
    halved = [(-(-h // down), -(-w // across)) for h, w in framed]
    y, cb, cr = _to_ycc((moved(rgb, sizes, corners, (height, width)) * 255).round_()).unbind(1)
    planes = torch.stack([cb, cr], 1)
    if down * across > 1:
        canvas = height // down, width // across
        rows = [(h, canvas[1]) for h, _ in halved]  # libjpeg repeats averaged rows, but columns before it averages
        planes = moved(_average(planes, down, across), rows, [(0, 0)] * len(sizes), canvas)
    y = _through_blocks(y[:, None], tables[:, 0])
    planes = _through_blocks(planes, tables[:, 1])
    planes = _enlarge(planes, halved, down, across, fancy)
    back = _to_rgb(torch.cat([y, planes], 1))
    origins = [(-top, -left) for top, left in corners]
    pictures = moved(back, framed, origins, (rgb.shape[2], rgb.shape[3]))
    return pictures / 255


def _whole(length: int, step: int) -> int:
    return -(-length // step) * step


def _to_ycc(rgb: Tensor) -> Tensor:
    """(B,3,H,W) RGB 0..255 -> YCbCr, whole numbers 0..255 (JFIF)."""
    matrix = torch.tensor(
        [[0.299, 0.587, 0.114], [-0.168735892, -0.331264108, 0.5], [0.5, -0.418687589, -0.081312411]], device=rgb.device
    )
    centre = torch.tensor([0.0, 128, 128], device=rgb.device).view(3, 1, 1)
    return _half_up(torch.einsum("kc,bchw->bkhw", matrix, rgb) + centre).clamp_(0, 255)


def _to_rgb(ycc: Tensor) -> Tensor:
    matrix = torch.tensor([[1, 0, 1.402], [1, -0.344136286, -0.714136286], [1, 1.772, 0]], device=ycc.device)
    centre = torch.tensor([0.0, 128, 128], device=ycc.device).view(3, 1, 1)
    return _half_up(torch.einsum("kc,bchw->bkhw", matrix, ycc - centre)).clamp_(0, 255)


def _average(planes: Tensor, down: int, across: int) -> Tensor:
    """Sums of cells plus a bias that alternates along a row, shifted down: as libjpeg averages."""
    batch, channels, height, width = planes.shape
    total = planes.view(batch, channels, height // down, down, width // across, across).sum((3, 5))
    bias = torch.arange(width // across, device=planes.device) % 2 + (1 if down == 2 else 0)
    return ((total + bias) / (down * across)).floor_()


def _through_blocks(planes: Tensor, tables: Tensor) -> Tensor:
    """(B,C,H,W) 0..255 through block transform and tables (B,64), and back to whole numbers 0..255."""
    batch, channels, height, width = planes.shape
    blocks = planes.view(batch, channels, height // 8, 8, width // 8, 8).transpose(3, 4) - 128
    steps = tables.to(planes).view(batch, 1, 1, 1, 8, 8)
    coefficients = _forward(blocks) / steps
    quantised = (coefficients.abs() + 0.5).floor_() * coefficients.sign()  # halves away from zero
    restored = _backward(quantised * steps) + 128
    return restored.clamp_(0, 255).transpose(3, 4).reshape(batch, channels, height, width)


def _cosines(like: Tensor) -> Tensor:
    """(8,8): row k is the cosine of frequency k, times the square root of 8 of the orthonormal one."""
    k = np.arange(8)
    cosines = np.cos((2 * k[None] + 1) * k[:, None] * math.pi / 16) * np.where(k == 0, 1, math.sqrt(2))[:, None]
    return torch.from_numpy(cosines).to(like)


def _forward(blocks: Tensor) -> Tensor:
    """Coefficients in eighths, with libjpeg's rounding ("islow") after the rows and after the columns."""
    cosines = _cosines(blocks)
    rows = _half_up(4 * blocks @ cosines.T)
    return _half_up(cosines @ rows / 4) / 8


def _backward(coefficients: Tensor) -> Tensor:
    cosines = _cosines(coefficients)
    columns = _half_up(4 * cosines.T @ coefficients)
    return _half_up(columns @ cosines / 32)


def _half_up(values: Tensor) -> Tensor:
    """To the nearest whole number, halves up, in place."""
    return values.add_(0.5).floor_()


def _enlarge(planes: Tensor, sizes: Sequence[Size], down: int, across: int, fancy: Sequence[bool]) -> Tensor:
    """Chroma of `sizes` back to full size, by repetition, or where `fancy` by the triangle filter with its rounding."""
    if down * across == 1:
        return planes
    repeated = planes.repeat_interleave(down, 2).repeat_interleave(across, 3)
    if not any(fancy):
        return repeated
    height, width = planes.shape[2:]
    padded = moved(planes, sizes, [(1, 1)] * len(sizes), (height + 2, width + 2))
    rows = _triangle(padded, 2) if down == 2 else padded[:, :, 1:-1]
    bias = torch.tensor([8.0, 7.0] if down == 2 else [1.0, 2.0], device=planes.device).repeat(width)
    smooth = ((_triangle(rows, 3) + bias) / (16 if down == 2 else 4)).floor_()
    return torch.where(torch.tensor(fancy, device=planes.device).view(-1, 1, 1, 1), smooth, repeated)


def _triangle(padded: Tensor, axis: int) -> Tensor:
    """3 parts of the nearer and 1 of the further neighbour, twice as long; `padded` has one more value at both ends."""
    inner = padded.narrow(axis, 1, padded.shape[axis] - 2)
    before, after = (padded.narrow(axis, start, inner.shape[axis]) for start in (0, 2))
    both = torch.stack([3 * inner + before, 3 * inner + after], axis + 1)
    return both.flatten(axis, axis + 1)
