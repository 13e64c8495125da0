"""An earlier, weaker JPEG pass under the last one, with its blocks elsewhere: a picture that was cropped or shifted
between two savings. It hurts restoration most, and a single look at the file does not show it.

The coefficients at the earlier grid still crowd round multiples of the earlier steps, blurred by the later pass. For
each place of the grid and each quality the comb sum of cos(2 pi c / step) over |c| > step / 2 tells how much; the
other places say how large such a sum is by chance.
"""

from functools import cache

import numpy as np

from deepimage.image.codec.quality import estimate_quality
from deepimage.study.lattice import COLUMNS, QUALITIES, SIZES, Pass, luma_tables

_ROUNDING = 0.13  # variance that rounding pixels gives a coefficient
_UNKNOWN = 4.0  # the same of a later codec that is not JPEG; a guess between WebP 80 and 90
_WEAKER = 3  # qualities by which an earlier pass has to be below the last
_NEARBY = 1  # earlier steps this near to the last pass's show the last pass itself
_SURE = 6.0  # standard deviations
_AHEAD = 1.3  # times the next best place: two places alike are a pattern of the picture
_LOWEST = 10  # quality


def earlier_pass(counts: np.ndarray, table: np.ndarray | None, place: int | None) -> Pass | None:
    """The pass before the last; None where none shows: it was stronger than the last, or a resize came between.

    `counts`: as `lattice.count` gave them. `table`: (64,) luma steps of the last pass, and `place`, its place on the
    grid, 8 * top + left; both None where the last codec was not JPEG.
    """
    weights = _weights(table)
    combs, numbers = _combs(counts)
    sums = ((combs - np.median(combs, axis=0)) * weights).sum(axis=2)
    scores = _standardised(sums / np.sqrt((numbers * np.square(weights)).sum(axis=2) / 2 + 1), place)
    peaks = scores.max(axis=1)
    best = int(peaks.argmax())
    if peaks[best] < _SURE or peaks[best] < _AHEAD * np.partition(peaks, -2)[-2]:
        return None
    quality = int(QUALITIES[_LOWEST - 1 :][sums[best].argmax()])
    return Pass(quality, *divmod(best, 8), float(peaks[best]))


def _weights(table: np.ndarray | None) -> np.ndarray:
    """(qualities, 12): how much of a comb is left after the later pass has blurred it; 0 where it is the later's own.

    A comb of period t, blurred by a normal of variance s, is left with exp(-2 pi^2 s / t^2) of its first harmonic.
    """
    earlier = luma_tables()[_LOWEST - 1 :, COLUMNS]
    if table is None:
        return np.exp(-2 * np.pi**2 * _UNKNOWN / earlier**2)
    later = table[COLUMNS]
    weights = np.exp(-2 * np.pi**2 * (later**2 / 12 + _ROUNDING) / earlier**2) * (np.abs(earlier - later) > _NEARBY)
    last = estimate_quality(table.tolist())
    weights[QUALITIES[_LOWEST - 1 :] > last - _WEAKER] = 0
    return weights


def _combs(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(64 places, qualities, 12): the comb sum of each coefficient at the quality's step, and how many were summed."""
    cosines, beyond = _waves()
    steps = luma_tables()[_LOWEST - 1 :, COLUMNS] - 1
    each = np.arange(len(COLUMNS))
    return (counts @ cosines)[:, each, steps], (counts @ beyond)[:, each, steps]


@cache
def _waves() -> tuple[np.ndarray, np.ndarray]:
    """(bins, 255 steps) float32 each: cos(2 pi size / step) where size > step / 2, and where that is."""
    steps = np.arange(1, 256, dtype=np.float32)
    beyond = SIZES[:, None] > steps / 2
    return (np.cos(2 * np.pi * SIZES[:, None] / steps) * beyond).astype(np.float32), beyond.astype(np.float32)


def _standardised(scores: np.ndarray, place: int | None) -> np.ndarray:
    """(64, qualities): scores over their usual spread among places, and 0 at the last pass's own."""
    others = np.delete(scores, [] if place is None else [place], axis=0)
    middle = np.median(others, axis=0)
    spread = 1.4826 * np.median(np.abs(others - middle), axis=0)
    result = (scores - middle) / np.maximum(spread, 1)
    if place is not None:
        result[place] = 0
    return result
