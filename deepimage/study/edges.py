"""Blur and halos, read from the profiles of strong edges along rows and columns.

An edge is a run of pixels that only rises or only falls (Marziliano et al. 2002). A step of height h behind a Gaussian
of standard deviation s is steepest by h / (s sqrt(2 pi)), which gives s; a sharpened edge overshoots on both sides.
"""

from dataclasses import dataclass

import numpy as np

_STRONG = 48  # height of an edge, 8-bit steps
_FEWEST = 50  # edges; fewer say nothing
_SHARP_SHARE = 0.25  # quantile of the widths: most edges of a photo are soft by themselves
_LONGEST = 3  # pixels; a longer counter-run is no halo but the next thing
_CALM = 0.25  # of an edge's height: what the runs beyond the halo may have; else it stands in texture


@dataclass(frozen=True)
class Edges:
    """What the strong edges of one picture tell."""

    blur: float | None
    """Standard deviation of the equivalent Gaussian, pixels; sharp photos have 0.4 to 0.6."""
    halo: float | None
    """Overshoot on both sides, share of the edge's height, upper quartile; grows with sharpening, and with noise."""


def edges(luma: np.ndarray) -> Edges:
    """luma (H, W) float32, 0 to 255. A figure is None where fewer than 50 edges could be measured."""
    runs = [_runs(plane) for plane in (luma, luma.T) if plane.shape[1] > 2]
    if not runs:
        return Edges(None, None)
    widths = np.concatenate([_widths(*run) for run in runs])
    halos = np.concatenate([_halos(heights, lengths) for heights, _, lengths in runs])
    return Edges(
        blur=float(np.quantile(widths, _SHARP_SHARE)) if len(widths) >= _FEWEST else None,
        halo=float(np.quantile(halos, 1 - _SHARP_SHARE)) if len(halos) >= _FEWEST else None,
    )


def _runs(plane: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(runs,) each: height, steepest step, and length in steps of every monotone run, row after row."""
    steps = np.diff(plane, axis=1)
    signs = np.sign(steps)
    begins = np.ones(steps.shape, bool)
    begins[:, 1:] = signs[:, 1:] != signs[:, :-1]
    starts, flat = np.flatnonzero(begins), np.abs(steps).ravel()
    return np.add.reduceat(flat, starts), np.maximum.reduceat(flat, starts), np.diff(starts, append=flat.size)


def _widths(heights: np.ndarray, steepest: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    strong = heights >= _STRONG
    return heights[strong] / (steepest[strong] * np.sqrt(2 * np.pi))


def _halos(heights: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The lesser overshoot of each strong edge that stands alone. Runs of two rows may meet; too seldom to matter."""
    strong = np.flatnonzero(heights[3:-3] >= _STRONG) + 3
    around = np.stack([heights[strong + offset] for offset in (-3, -2, 2, 3)])
    alone = strong[(around <= _CALM * heights[strong]).all(axis=0)]
    sides = [heights[alone + side] * (lengths[alone + side] <= _LONGEST) for side in (-1, 1)]
    return np.minimum(*sides) / heights[alone]
