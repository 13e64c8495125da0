"""The last JPEG pass, found in pixels whose file no longer tells of it (a JPEG stored again as PNG).

After decompression every DCT coefficient lies on a lattice, the multiples of its quantisation step, blurred only by
the rounding of pixels; at any other place of the 8x8 grid there is none. So all 64 places and all qualities are
compared by the likelihood of what was counted. After the steganalysts' calibration of JPEG histograms (Fridrich et
al. 2003) and the grid vote of ZERO (Nikoukhah et al. 2021).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from deepimage.image.degradation.tables import scaled
from deepimage.study.blocks import DCT, cut, sound

# Coefficients (row, column) of the first search. Not (0, 4), (4, 0), (4, 4): those of whole pixels are lattices anyway.
LOW = [(u, v) for u in range(4) for v in range(4) if 0 < u + v <= 4]
COLUMNS = np.array([8 * u + v for u, v in LOW])
QUALITIES = np.arange(1, 101)

_FINE = 4  # bins in one unit
_BINS = 256 * _FINE  # larger coefficients are counted in the last
SIZES = np.arange(_BINS, dtype=np.float32) / _FINE
"""|coefficient| of each bin."""
_STEPS = np.arange(1, 256, dtype=np.float32)
_ROUNDING = 0.36  # standard deviation of a coefficient after pixels were rounded, twice: as YCbCr and as RGB
_STRAY = 0.05  # share of coefficients that no lattice explains
_FEWEST = 500  # coefficients of size 1 or more; fewer prove nothing
_LEAST = 0.05  # nats a coefficient by which a lattice has to be likelier than none
_CORNER = 0  # the place of the grid in a picture that nobody cropped


@dataclass(frozen=True)
class Pass:
    """One JPEG pass: IJG quality, and the row and column, 0 to 7, at which its blocks begin."""

    quality: int
    top: int
    left: int
    score: float
    """How sure: nats a coefficient for a last pass, standard deviations for an earlier one."""


@cache
def luma_tables() -> np.ndarray:
    """(100, 64) int: IJG's luma steps for qualities 1 to 100."""
    return np.array([scaled("ijg", int(quality))[0] for quality in QUALITIES])


def count(luma: np.ndarray, spoiled: np.ndarray) -> np.ndarray:
    """(64 places, 12 coefficients of LOW, bins) float32: how often each |coefficient| occurs in unclipped blocks."""
    return np.stack([_histogram(luma, spoiled, *divmod(place, 8), COLUMNS) for place in range(64)])


def last_pass(luma: np.ndarray, spoiled: np.ndarray, counts: np.ndarray) -> Pass | None:
    """The pass whose lattice is still there; None where there is none, or above quality 96, where pixels hide it.

    luma (H, W) float32; `counts` as `count` gave them for it.
    """
    lattices = _fits(counts)[:, np.arange(len(LOW)), luma_tables()[:, COLUMNS] - 1].sum(axis=2)
    best = int(np.argmax((lattices - np.median(lattices, axis=0)).max(axis=1)))
    found = [_best_quality(luma, spoiled, place) for place in {best, _CORNER}]
    return max((one for one in found if one), key=lambda one: one.score, default=None)


def _best_quality(luma: np.ndarray, spoiled: np.ndarray, place: int) -> Pass | None:
    """The likeliest quality at one place of the grid, by all 63 AC coefficients."""
    counts = _histogram(luma, spoiled, *divmod(place, 8), np.arange(1, 64))
    number = counts[:, SIZES >= 1].sum()
    if number < _FEWEST:
        return None
    scores = _fits(counts)[np.arange(63), luma_tables()[:, 1:] - 1].sum(axis=1) / number
    best = int(scores.argmax())
    return Pass(best + 1, *divmod(place, 8), float(scores[best])) if scores[best] > _LEAST else None


def _histogram(luma: np.ndarray, spoiled: np.ndarray, top: int, left: int, columns: np.ndarray) -> np.ndarray:
    """(len(columns), bins) float32: counts of |coefficient|."""
    blocks, whole = cut(luma, top, left), sound(spoiled, top, left)
    sizes = np.abs((blocks if whole.all() else blocks[whole]) @ DCT[:, columns])
    bins = np.minimum(sizes * _FINE + 0.5, _BINS - 1).astype(np.int32) + np.arange(len(columns), dtype=np.int32) * _BINS
    return np.bincount(bins.ravel(), minlength=len(columns) * _BINS).reshape(len(columns), _BINS).astype(np.float32)


def _fits(counts: np.ndarray) -> np.ndarray:
    """(..., bins) -> (..., 255): log-likelihood of the lattice of each step, over that of no lattice."""
    return counts @ _likelihood().T


@cache
def _likelihood() -> np.ndarray:
    """(255 steps, bins) float32: of a size, in nats. Zeros speak for no step, being the commonest anyway."""
    steps = _STEPS[:, None]
    distance = np.abs(SIZES - steps * np.rint(SIZES / steps))
    density = sum(np.exp(-0.5 * ((distance + turn * steps) / _ROUNDING) ** 2) for turn in (-2, -1, 0, 1, 2))
    gain = np.log((1 - _STRAY) * density * steps / (_ROUNDING * np.sqrt(2 * np.pi)) + _STRAY)
    gain[:, SIZES < 1] = 0
    return np.where(steps > 2 * SIZES, np.minimum(gain, 0), gain).astype(np.float32)
