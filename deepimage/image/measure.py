"""What a picture's luma tells without a reference: how noisy it is and how sharp. For reports, not for decisions.

Both look at no more than the central 1024 x 1024 pixels, so that their cost does not grow with the picture.
"""

import numpy as np
import numpy.typing as npt

Luma = npt.NDArray[np.uint8]

_WINDOW = 1024
_MEDIAN_OF_NORMAL = 0.6745  # median of |x| over the standard deviation of x
_FEWEST = 64  # coefficients; fewer say nothing about noise


def noise_sigma(luma: Luma) -> float:
    """luma (H,W) uint8 -> standard deviation of its noise, 8-bit steps; 0.0 for a flat or tiny picture.

    The median of the finest diagonal wavelet coefficients (Donoho and Johnstone 1994): few of them are edges, most are
    noise. Saturated pixels carry no noise and are left out. Fine texture counts as noise, about 2 steps in a sharp
    picture; noise that is not white (after JPEG, after resizing) is underestimated.
    """
    window = centre(luma).astype(np.int16)
    height, width = (side // 2 * 2 for side in window.shape)
    a, b = window[0:height:2, 0:width:2], window[0:height:2, 1:width:2]
    c, d = window[1:height:2, 0:width:2], window[1:height:2, 1:width:2]
    lowest, highest = np.minimum(np.minimum(a, b), np.minimum(c, d)), np.maximum(np.maximum(a, b), np.maximum(c, d))
    diagonal = np.abs(a - b - c + d)[(lowest > 0) & (highest < 255)]  # twice the orthonormal coefficient
    return _median_of_counts(diagonal) / 2 / _MEDIAN_OF_NORMAL if diagonal.size >= _FEWEST else 0.0


def sharpness(luma: Luma) -> float:
    """luma (H,W) uint8 -> variance of its Laplacian over the variance of luma; 0.0 for a flat or tiny picture.

    After Pech-Pacheco et al. (2000); the division makes it independent of contrast.
    """
    window = centre(luma).astype(np.float32)
    if min(window.shape) < 3 or window.min() == window.max():
        return 0.0
    across = window[1:-1, :-2] + window[1:-1, 2:]
    down = window[:-2, 1:-1] + window[2:, 1:-1]
    return float((across + down - 4 * window[1:-1, 1:-1]).var() / window.var())


def centre(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The part of (H,W[,C]) pixels that is looked at."""
    top, left = (max(0, (side - _WINDOW) // 2) for side in pixels.shape[:2])
    return pixels[top : top + _WINDOW, left : left + _WINDOW]


def _median_of_counts(values: npt.NDArray[np.int16]) -> float:
    """Median of whole numbers >= 0, each taken as spread evenly over the half steps round it, so that it is no whole
    number itself: sigma would else come in steps of 0.74."""
    counts = np.bincount(values)
    below = np.cumsum(counts) - counts
    middle = int(np.searchsorted(below + counts, values.size / 2))
    position = middle - 0.5 + (values.size / 2 - below[middle]) / counts[middle]
    return max(float(position), 0.0)
