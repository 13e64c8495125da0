"""Two distortions whose every bit is fixed, for reference values that were made elsewhere."""

import numpy as np


def coarse(image: np.ndarray) -> np.ndarray:
    """Eight levels a channel."""
    return (image // 32 * 32 + 16).astype(np.uint8)


def soft(image: np.ndarray) -> np.ndarray:
    """Mean of 2x2 pixels, rounded down, wrapping around."""
    wide = image.astype(int)
    right, below = np.roll(wide, 1, axis=1), np.roll(wide, 1, axis=0)
    return ((wide + right + below + np.roll(below, 1, axis=1)) // 4).astype(np.uint8)


def cropped(image: np.ndarray) -> np.ndarray:
    """The part that the references were made of: 384x256 pixels."""
    return np.ascontiguousarray(image[:256, :384])
