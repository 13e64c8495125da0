"""Separable windows over a plane: what several metrics look through."""

import numpy as np


def gaussian(radius: int, sigma: float) -> np.ndarray:
    """(2*radius + 1,) float64 taps that sum to one; `sigma` in pixels."""
    taps = np.exp(-(np.arange(-radius, radius + 1) ** 2) / (2 * sigma**2))
    return np.asarray(taps / taps.sum())


def inside(plane: np.ndarray, taps: np.ndarray) -> np.ndarray:
    """`taps` down and across wherever they fit whole: (H,W) -> (H-n+1, W-n+1) for n taps."""
    height, width = (side - len(taps) + 1 for side in plane.shape)
    rows = sum(tap * plane[i : i + height] for i, tap in enumerate(taps))
    return np.asarray(sum(tap * rows[:, i : i + width] for i, tap in enumerate(taps)))


def everywhere(plane: np.ndarray, taps: np.ndarray) -> np.ndarray:
    """`taps` (an odd number) down and across, border pixels repeated outwards: (H,W) -> (H,W)."""
    return inside(np.pad(plane, len(taps) // 2, mode="edge"), taps)
