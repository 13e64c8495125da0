"""SSIM on luma (Wang et al. 2004) in its original form, and MS-SSIM (Wang, Simoncelli and Bovik 2003).

Window: Gaussian 11x11 of sigma 1.5, only where it fits whole; K1 = 0.01, K2 = 0.03, peak 255, population covariance.
MS-SSIM looks at five sizes, each half the one before (mean of 2x2 pixels, an odd border repeated).
Luma and `border` as in `deepimage.metrics.psnr`.
"""

import numpy as np

from deepimage.metrics.psnr import crop, luma
from deepimage.metrics.windows import gaussian, inside

_WINDOW = gaussian(5, 1.5)
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # of the five sizes, largest first
_SMALLEST = (len(_WINDOW) - 1) * 2 ** (len(_WEIGHTS) - 1) + 1


def ssim_y(a: np.ndarray, b: np.ndarray, border: int = 0) -> float:
    """Mean SSIM between the lumas of two (H,W,3) uint8 images, at most 1. Raises ValueError below 11x11 pixels."""
    return _likeness(*_planes(a, b, border, "SSIM", len(_WINDOW)))[0]


def ms_ssim_y(a: np.ndarray, b: np.ndarray, border: int = 0) -> float:
    """MS-SSIM between the lumas of two (H,W,3) uint8 images, 0 to 1. Raises ValueError below 161x161 pixels."""
    x, y = _planes(a, b, border, "MS-SSIM", _SMALLEST)
    product = 1.0
    for weight in _WEIGHTS[:-1]:
        product *= max(_likeness(x, y)[1], 0.0) ** weight
        x, y = _half(x), _half(y)
    return float(product * max(_likeness(x, y)[0], 0.0) ** _WEIGHTS[-1])


def _planes(a: np.ndarray, b: np.ndarray, border: int, name: str, smallest: int) -> tuple[np.ndarray, np.ndarray]:
    x, y = crop(luma(a), border), crop(luma(b), border)
    if min(x.shape) < smallest:
        raise ValueError(f"{name} needs {smallest} pixels a side inside the border, got {x.shape[1]}x{x.shape[0]}")
    return x, y


def _likeness(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """(mean SSIM, mean of its factor for contrast and structure alone)."""
    mean_x, mean_y = inside(x, _WINDOW), inside(y, _WINDOW)
    covariance = inside(x * y, _WINDOW) - mean_x * mean_y
    variances = inside(x * x, _WINDOW) - mean_x**2 + inside(y * y, _WINDOW) - mean_y**2
    structure = (2 * covariance + _C2) / (variances + _C2)
    brightness = (2 * mean_x * mean_y + _C1) / (mean_x**2 + mean_y**2 + _C1)
    return float(np.mean(brightness * structure)), float(np.mean(structure))


def _half(plane: np.ndarray) -> np.ndarray:
    even = np.pad(plane, [(0, side % 2) for side in plane.shape], mode="edge")
    return (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4
