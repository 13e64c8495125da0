"""Interpolation kernels and their resampling matrices, in the convention of Pillow.

Pixel centres lie at half-integers; when shrinking the kernel is stretched (antialiasing); weights that
fall outside the image are dropped and the rest normalised.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image

Pixels = np.ndarray


@dataclass(frozen=True)
class Kernel:
    """An even function of the distance in pixels, zero beyond `support`."""

    support: float
    weight: Callable[[np.ndarray], np.ndarray]

    @property
    def halo(self) -> int:
        """Pixels of context that an enlargement needs."""
        return int(self.support + 0.5)


def _triangle(x: np.ndarray) -> np.ndarray:
    return np.maximum(1 - np.abs(x), 0)


def _keys(x: np.ndarray, a: float = -0.5) -> np.ndarray:
    """Keys, Cubic convolution interpolation, IEEE ASSP 29 (1981)."""
    x = np.abs(x)
    near = (a + 2) * x**3 - (a + 3) * x**2 + 1
    far = a * (x**3 - 5 * x**2 + 8 * x - 4)
    return np.where(x < 1, near, np.where(x < 2, far, 0))


def _lanczos3(x: np.ndarray) -> np.ndarray:
    return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)


def _box(x: np.ndarray) -> np.ndarray:
    return ((x > -0.5) & (x <= 0.5)).astype(float)


KERNELS = {
    "nearest": Kernel(0.5, _box),
    "bilinear": Kernel(1, _triangle),
    "bicubic": Kernel(2, _keys),
    "lanczos": Kernel(3, _lanczos3),
}


@lru_cache(maxsize=256)
def matrix(size_in: int, size_out: int, kernel: str) -> np.ndarray:
    """(size_out, size_in) float32 rows that sum to one: out = matrix @ in, along one axis."""
    k = KERNELS[kernel]
    ratio = size_in / size_out
    stretch = max(ratio, 1.0)
    centres = (np.arange(size_out) + 0.5) * ratio - 0.5
    weights = k.weight((np.arange(size_in)[None, :] - centres[:, None]) / stretch)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


SHARP = Image.Resampling.LANCZOS
SMOOTH = Image.Resampling.BILINEAR  # never over- or undershoots: for alpha, which must stay opaque inside


def resize(pixels: Pixels, height: int, width: int, filter: Image.Resampling = SHARP) -> Pixels:
    """(H, W) or (H, W, C) uint8 -> (height, width[, C]) uint8, antialiased when shrinking."""
    if pixels.shape[:2] == (height, width):
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((width, height), filter))


def resize_rows(
    pixels: Pixels, height: int, width: int, top: int, bottom: int, filter: Image.Resampling = SHARP
) -> Pixels:
    """Rows top..bottom of `resize(pixels, height, width, filter)`, reading only the rows that they depend on."""
    ratio = pixels.shape[0] / height
    reach = int(3 * max(ratio, 1)) + 2
    first, last = max(int(top * ratio) - reach, 0), int(bottom * ratio) + reach
    image = Image.fromarray(np.ascontiguousarray(pixels[first:last]))
    box = (0, top * ratio - first, pixels.shape[1], bottom * ratio - first)
    return np.asarray(image.resize((width, bottom - top), filter, box=box))
