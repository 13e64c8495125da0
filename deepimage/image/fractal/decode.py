"""The decoder: blocks painted at twice the size of the picture that their domains are taken from."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from deepimage.image.fractal.search import Code

_BAND = 1 << 18  # sr pixels painted at once: bounds the memory of their indices


@dataclass(frozen=True)
class _Strokes:
    """Per block (h, w): where in the flat picture its first pixel is taken from, the way from there, the strength."""

    origin: Tensor
    down: Tensor
    right: Tensor
    strength: Tensor

    def of(self, rows: slice, columns: slice) -> "_Strokes":
        fields = (self.origin, self.down, self.right, self.strength)
        return _Strokes(*(field[rows, columns] for field in fields))

    def pixels(self, picture: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
        """Those `rows` and `columns` (n each) of all blocks -> (h, n, w, n)."""
        origin, down, right, strength = (
            field[:, None, :, None] for field in (self.origin, self.down, self.right, self.strength)
        )
        return strength * picture[origin + down * rows[:, None, None] + right * columns]


def paint(picture: Tensor, code: Code, weight: Tensor, scale: int) -> tuple[Tensor, Tensor]:
    """The picture (H * scale / 2, W * scale / 2) -> the sum of the weighted blocks, and of their weights.

    Both are (H * scale, W * scale); scale is even. A block fades towards its border, so it never ends in a step.
    """
    level, half = code.level, scale // 2
    padded = F.pad(picture[None, None], [(level.size - 1 + level.margin) * half] * 4, mode="replicate")[0, 0]
    rows = torch.arange(len(code.row), device=picture.device)[:, None] + level.margin + code.row
    columns = torch.arange(code.row.shape[1], device=picture.device) + level.margin + code.column
    means = F.avg_pool2d(F.avg_pool2d(padded[None, None], half), 2 * level.size, stride=1)[0, 0]
    brightness = code.mean - code.contrast * means[rows, columns]
    origin = rows * half * padded.shape[1] + columns * half
    strokes = _strokes(code, origin, padded.shape[1], scale * level.size - 1, weight * code.contrast)
    detail = _paint(padded.flatten(), strokes, level.size, scale)
    return detail + _spread(weight * brightness, level.size, scale), _spread(weight, level.size, scale)


def _strokes(code: Code, origin: Tensor, width: int, last: int, strength: Tensor) -> _Strokes:
    """An isometry is a corner to start from and two directions."""
    turned, upward, leftward = (code.isometry & bit > 0 for bit in (4, 2, 1))
    down = torch.where(turned, 1, width)
    right = torch.where(turned, width, 1)
    origin = origin + last * (down * upward + right * leftward)
    return _Strokes(origin, torch.where(upward, -down, down), torch.where(leftward, -right, right), strength)


def _fade(size: int, scale: int, like: Tensor) -> Tensor:
    """(size * scale,): a raised cosine; shifted by whole lr pixels and added up it is constant."""
    places = (torch.arange(size * scale, device=like.device) + 0.5) / (size * scale)
    return torch.sin(math.pi * places).square().to(like)


def _paint(picture: Tensor, strokes: _Strokes, size: int, scale: int) -> Tensor:
    """Every lr pixel is covered by size**2 blocks, each time with another part of it: so many strokes."""
    height, width = (side - size + 1 for side in strokes.origin.shape)
    fade = _fade(size, scale, picture)
    parts = torch.arange(size * scale, device=picture.device).split(scale)
    out = picture.new_zeros(height, scale, width, scale)
    first = 0
    for band in out.split(max(_BAND // (width * scale**2), 1)):
        for i, rows in enumerate(parts):
            for j, columns in enumerate(parts):
                y, x = first + size - 1 - i, size - 1 - j
                covering = strokes.of(slice(y, y + len(band)), slice(x, x + width))
                band += covering.pixels(picture, rows, columns) * (fade[rows, None, None] * fade[columns])
        first += len(band)
    return out.reshape(height * scale, width * scale)


def _spread(values: Tensor, size: int, scale: int) -> Tensor:
    """(H + size - 1, W + size - 1) -> (H * scale, W * scale): a faded block of each value, added up."""
    return _spread_rows(_spread_rows(values, size, scale).mT, size, scale).mT


def _spread_rows(values: Tensor, size: int, scale: int) -> Tensor:
    height = len(values) - size + 1
    parts = _fade(size, scale, values).split(scale)
    total = values.new_zeros(height, scale, values.shape[1])
    for i, part in enumerate(parts):
        first = size - 1 - i
        total += part[:, None] * values[first : first + height, None]
    return total.reshape(height * scale, values.shape[1])
