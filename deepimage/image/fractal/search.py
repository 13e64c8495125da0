"""The coder: for every block of every shift of the grid, the nearby domain that explains it best.

A block is known by the 4x4 means of its cells in the basis of Walsh. There a mirror only changes signs and a turn over
the diagonal swaps two axes, so the eight isometries of a domain cost two products, not eight. The features of 8-bit
luma are exact in float32, and what follows is done pixel by pixel in a fixed order: the same block finds the same
domain whatever the tile it is looked at in.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from deepimage.image.fractal.geometry import Level

CONTRAST = 0.9  # below one, so that the code is a contraction
_CELLS = 4
_WALSH = torch.tensor([[[1.0, 1, 1, 1], [1, -1, -1, 1]], [[1, 1, -1, -1], [1, -1, 1, -1]]])  # two even, two odd
_BASIS = torch.einsum("pai,qbj->paqbij", _WALSH, _WALSH).reshape(16, 1, _CELLS, _CELLS)


@dataclass(frozen=True)
class Code:
    """How the blocks of one level are made of domains; all fields are (H + size - 1, W + size - 1).

    Entry (i, j) is the block whose first pixel is (i - size + 1, j - size + 1): all that touch the picture have one.
    """

    level: Level
    mean: Tensor
    contrast: Tensor
    row: Tensor
    """First row of the domain less that of the block, lr pixels."""
    column: Tensor
    isometry: Tensor
    """4 for a turn over the diagonal, plus 2 when then mirrored top to bottom, plus 1 when left to right."""
    error: Tensor
    """Mean squared collage error, squared grey levels; what is smaller than a cell counts as unexplained."""


def search(luma: Tensor, level: Level) -> Code:
    """(H, W) float32 of whole numbers 0 to 255 -> the code of its blocks: all of them against all nearby domains."""
    padded = F.pad(luma[None, None], [level.size - 1 + level.margin] * 4, mode="replicate")[0, 0]
    blocks = padded[level.margin : -level.margin, level.margin : -level.margin]
    ranges = _features(blocks, level.size // _CELLS)
    domains = _features(padded, 2 * level.size // _CELLS)
    both = torch.stack([domains, domains.permute(2, 3, 0, 1, 4, 5)])
    down, right = _best_places(ranges, both, level.radius)
    contrast, isometry, gain = _fit(ranges, both, down, right)
    start = -(level.size // 2) - level.radius
    return Code(
        level=level,
        mean=_mean(blocks, level.size),
        contrast=contrast,
        row=down + start,
        column=right + start,
        isometry=isometry,
        error=_mean(blocks**2, level.size) - _mean(blocks, level.size) ** 2 - gain / _CELLS**4,
    )


def _mean(image: Tensor, side: int) -> Tensor:
    """(H, W) -> (H - side + 1, W - side + 1): the mean of every square."""
    return F.avg_pool2d(image[None, None], side, stride=1)[0, 0]


def _features(image: Tensor, cell: int) -> Tensor:
    """(H, W) -> (2, 2, 2, 2, H - 4*cell + 1, W - 4*cell + 1): Walsh coefficients of the cells' means, without theirs.

    The axes are: odd from top to bottom or not, which of the two such; then the same from left to right.
    """
    means = _mean(image, cell)
    features = F.conv2d(means[None, None], _BASIS.to(image), dilation=cell)
    features[:, 0] = 0
    return features.reshape(2, 2, 2, 2, *features.shape[-2:])


def _best_places(ranges: Tensor, domains: Tensor, radius: int) -> tuple[Tensor, Tensor]:
    """Where each block's best domain lies in the window of 2*radius + 1 squared: rows down, columns to the right."""
    height, width = ranges.shape[-2:]
    best = ranges.new_full((height, width), -1)
    place = torch.zeros_like(best, dtype=torch.int64)
    energies = _energy(domains[0])
    side = 2 * radius + 1
    for number in sorted(range(side**2), key=lambda n: (n // side - radius) ** 2 + (n % side - radius) ** 2):
        down, right = divmod(number, side)
        window = (..., slice(down, down + height), slice(right, right + width))
        _, gain = _likeness(_dots(ranges, domains[window]).abs().amax(0), energies[window])
        better = gain > best  # of equals the nearest, which comes first
        best = torch.where(better, gain, best)
        place = place.masked_fill_(better, number)
    return place // side, place % side


def _fit(ranges: Tensor, domains: Tensor, down: Tensor, right: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Contrast, isometry and gain of the domains chosen."""
    rows = torch.arange(down.shape[0], device=down.device)[:, None] + down
    columns = torch.arange(down.shape[1], device=down.device)[None, :] + right
    chosen = domains[..., rows, columns]
    dots = _dots(ranges, chosen)
    isometry = dots.abs().argmax(0)
    contrast, gain = _likeness(dots.gather(0, isometry[None])[0], _energy(chosen[0]))
    return contrast, isometry, gain


def _likeness(dot: Tensor, energy: Tensor) -> tuple[Tensor, Tensor]:
    """The contrast by least squares, within its limits, and how much of the block's energy it explains."""
    contrast = (dot / energy.clamp(min=1)).clamp_(-CONTRAST, CONTRAST)
    return contrast, contrast * (2 * dot - contrast * energy)


def _dots(ranges: Tensor, domains: Tensor) -> Tensor:
    """(2, 2, 2, 2, h, w) with (turned, 2, 2, 2, 2, h, w) -> (8, h, w): the inner products under the isometries."""
    parts = _over_pairs(ranges, domains)
    rows = torch.stack([parts[:, 0] + parts[:, 1], parts[:, 0] - parts[:, 1]], dim=1)
    return torch.stack([rows[:, :, 0] + rows[:, :, 1], rows[:, :, 0] - rows[:, :, 1]], dim=2).flatten(0, 2)


def _over_pairs(a: Tensor, b: Tensor) -> Tensor:
    """(2, 2, 2, 2, h, w) times (n, 2, 2, 2, 2, h, w), summed over which of the two -> (n, 2, 2, h, w)."""
    total = a[:, 0, :, 0] * b[:, :, 0, :, 0]
    for i, j in ((0, 1), (1, 0), (1, 1)):
        total += a[:, i, :, j] * b[:, :, i, :, j]
    return total


def _energy(features: Tensor) -> Tensor:
    parts = _over_pairs(features, features[None])[0]
    return parts[0, 0] + parts[0, 1] + parts[1, 0] + parts[1, 1]
