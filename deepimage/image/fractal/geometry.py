"""Blocks: how large, where they look for their domains, and what pixels a result depends on. Needs no torch."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """Range blocks of one size, in lr pixels."""

    size: int
    radius: int
    """How far the domain's centre may lie from the block's, per axis."""

    @property
    def margin(self) -> int:
        """Pixels that the farthest domain, twice the block's side, reaches beyond the block."""
        return self.size // 2 + self.radius

    @property
    def reach(self) -> int:
        """Pixels on either side that a pixel of any covering block depends on."""
        return self.size - 1 + self.margin


COARSE, FINE = Level(size=8, radius=2), Level(size=4, radius=6)  # the quadtree: a coarse block splits into four fine
_RESIDUAL = 2  # pixels on either side that its interpolation depends on


def doublings(scale: int) -> int:
    """Passes of the decoder until the picture is at least `scale` times as large."""
    return math.ceil(math.log2(scale))


def halo(scale: int) -> int:
    """Pixels of context that enlarging by `scale` needs; 31 or less up to x4."""
    code = max(COARSE.reach, FINE.reach)
    passes = sum(code + math.ceil(_RESIDUAL / 2**doubling) for doubling in range(doublings(scale)))
    return passes + 1  # for shrinking to a scale that is no power of two
