"""How noisy a plane is, seen through the quantisation of the last JPEG pass.

In the smoothest blocks the high DCT coefficients are noise and nothing else. Blocks are chosen by their low
coefficients, so that the choice says nothing of the noise (Ponomarenko et al. 2007). Where a JPEG has rounded the
coefficients to multiples of known steps, sigma is the likeliest one of a normal distribution behind what is left,
zeros included: steps of several sigma still leave an estimate, where a variance would see nothing.
"""

from dataclasses import dataclass, replace
from functools import cache
from math import erf

import numpy as np

from deepimage.study.blocks import DCT, cut, sound

_ORDER = np.add.outer(np.arange(8), np.arange(8)).ravel()  # of each coefficient: row + column
_FEWEST = 48  # blocks; fewer say nothing
_SIGMAS = np.geomspace(0.25, 64, 120)  # 8-bit steps; 5 % apart
_MOST = 15  # multiples of a step are counted up to here
_ROUNDING = 1 / 12  # variance of rounded pixels
_BLIND = 2.0  # 8-bit steps; where even this much noise would be rounded away, silence says nothing
_SEEN = 3.5  # sigmas from zero that a few coefficients in a thousand reach


@dataclass(frozen=True)
class Blocks:
    """The unclipped 8x8 blocks of a plane at one place of the grid."""

    coefficients: np.ndarray
    """(blocks, 64) float32."""
    structure: np.ndarray
    """(blocks,) float32: energy of the lower coefficients, by which blocks are called smooth."""
    steps: np.ndarray | None
    """(64,) quantisation steps of the JPEG pass on this grid; None where there was none."""
    lowest: int
    """Order (row + column) of the lowest coefficient that is taken for noise."""

    @classmethod
    def of(
        cls,
        plane: np.ndarray,
        spoiled: np.ndarray,
        steps: np.ndarray | None,
        top: int = 0,
        left: int = 0,
        lowest: int = 6,
    ) -> "Blocks":
        """Those of plane (H, W) float32 on the grid at (top, left); `spoiled` (H, W) bool from `blocks.spoiled`."""
        coefficients = cut(plane, top, left)[sound(spoiled, top, left)] @ DCT
        low = np.isin(_ORDER, range(1, lowest // 2 + 1))
        return cls(coefficients, np.square(coefficients[:, low]).sum(axis=1), steps, lowest)

    def __len__(self) -> int:
        return len(self.structure)

    def where(self, chosen: np.ndarray) -> "Blocks":
        """Some of them, by a mask or by indices."""
        return replace(self, coefficients=self.coefficients[chosen], structure=self.structure[chosen])


def sigma(blocks: Blocks, share: float = 0.03) -> float | None:
    """Standard deviation of the noise of the smoothest `share` of blocks, 8-bit steps, 0 to 64.

    None where too few blocks are left, or where a JPEG has rounded away even considerable noise. White noise is right
    to a few per cent; fine texture everywhere adds to it, and a clean photo reads 0 to 3.
    """
    number = max(int(len(blocks) * share), _FEWEST)
    if len(blocks) < number:
        return None
    high = blocks.lowest <= _ORDER
    noise = blocks.coefficients[np.argpartition(blocks.structure, number - 1)[:number]][:, high]
    if blocks.steps is None:
        return float(np.sqrt(max(np.median(np.square(noise).mean(axis=0)) - _ROUNDING, 0)))
    return _likeliest(noise, blocks.steps[high].astype(np.float64))


def _likeliest(noise: np.ndarray, steps: np.ndarray) -> float | None:
    multiples = np.minimum(np.rint(np.abs(noise) / steps), _MOST).astype(np.int64) + np.arange(len(steps)) * (_MOST + 1)
    counts = np.bincount(multiples.ravel(), minlength=len(steps) * (_MOST + 1)).reshape(len(steps), _MOST + 1)
    if not counts[:, 1:].any() and steps.min() / 2 > _SEEN * _BLIND:
        return None
    edges = (np.arange(_MOST + 2) - 0.5) * steps[:, None]
    edges[:, 0], edges[:, -1] = 0, np.inf
    chances = np.diff(_within(edges[:, None] / _SIGMAS[:, None]), axis=2)
    scores = (counts[:, None] * np.log(np.maximum(chances, 1e-12))).sum(axis=(0, 2))
    best = int(scores.argmax())
    return float(_SIGMAS[best]) if best else 0.0


def _within(deviations: np.ndarray) -> np.ndarray:
    """Chance of a normal number to lie within so many standard deviations."""
    grid, chances = _normal()
    return np.interp(deviations, grid, chances)


@cache
def _normal() -> tuple[np.ndarray, np.ndarray]:
    grid = np.linspace(0, 8, 2001)
    return grid, np.array([erf(x / 2**0.5) for x in grid])
