"""SSIM on luma (Wang et al. 2004), in its original form.

Window: Gaussian 11x11 of sigma 1.5, only where it fits whole; K1 = 0.01, K2 = 0.03, peak 255, population covariance.
Luma and `border` as in `deepimage.metrics.psnr`.
"""

import numpy as np

from deepimage.metrics.psnr import crop, luma

_RADIUS = 5
_TAPS = np.exp(-(np.arange(-_RADIUS, _RADIUS + 1) ** 2) / (2 * 1.5**2))
_WINDOW = _TAPS / _TAPS.sum()
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim_y(a: np.ndarray, b: np.ndarray, border: int = 0) -> float:
    """Mean SSIM between the lumas of two (H,W,3) uint8 images, at most 1. Raises ValueError below 11x11 pixels."""
    x, y = crop(luma(a), border), crop(luma(b), border)
    if min(x.shape) < len(_WINDOW):
        raise ValueError(f"SSIM needs {len(_WINDOW)} pixels a side inside the border, got {x.shape[1]}x{x.shape[0]}")
    mean_x, mean_y = _smooth(x), _smooth(y)
    covariance = _smooth(x * y) - mean_x * mean_y
    variances = _smooth(x * x) - mean_x**2 + _smooth(y * y) - mean_y**2
    likeness = (2 * mean_x * mean_y + _C1) * (2 * covariance + _C2)
    return float(np.mean(likeness / ((mean_x**2 + mean_y**2 + _C1) * (variances + _C2))))


def _smooth(plane: np.ndarray) -> np.ndarray:
    """Gaussian mean over every whole window, rows first: (H,W) -> (H-10,W-10)."""
    height, width = (side - 2 * _RADIUS for side in plane.shape)
    rows = sum(tap * plane[i : i + height] for i, tap in enumerate(_WINDOW))
    return np.asarray(sum(tap * rows[:, i : i + width] for i, tap in enumerate(_WINDOW)))
