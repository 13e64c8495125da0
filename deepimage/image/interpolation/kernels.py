"""Interpolation kernels by name.

All cubics are one family of two parameters (Mitchell and Netravali, Reconstruction filters in computer graphics,
SIGGRAPH 1988); with B = 0 it is the cubic convolution of Keys (IEEE ASSP 29, 1981) with a = -C.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import numpy as np


@dataclass(frozen=True)
class Kernel:
    """An even function of the distance in pixels, zero beyond `support`."""

    support: float
    weight: Callable[[np.ndarray], np.ndarray]

    @property
    def halo(self) -> int:
        """Pixels of context that an enlargement needs."""
        return int(self.support + 0.5)


def _box(x: np.ndarray) -> np.ndarray:
    return ((x > -0.5) & (x <= 0.5)).astype(float)


def _triangle(x: np.ndarray) -> np.ndarray:
    return np.maximum(1 - np.abs(x), 0)


def _cubic(x: np.ndarray, b: float, c: float) -> np.ndarray:
    x = np.abs(x)
    near = (12 - 9 * b - 6 * c) * x**3 + (-18 + 12 * b + 6 * c) * x**2 + (6 - 2 * b)
    far = (-b - 6 * c) * x**3 + (6 * b + 30 * c) * x**2 + (-12 * b - 48 * c) * x + (8 * b + 24 * c)
    return np.where(x < 1, near, np.where(x < 2, far, 0)) / 6


def _lanczos(x: np.ndarray, lobes: int) -> np.ndarray:
    """Duchon, Lanczos filtering in one and two dimensions, J. Applied Meteorology 18 (1979)."""
    return np.where(np.abs(x) < lobes, np.sinc(x) * np.sinc(x / lobes), 0)


_CATMULL_ROM = Kernel(2, partial(_cubic, b=0, c=0.5))

KERNELS: Mapping[str, Kernel] = MappingProxyType(
    {
        "nearest": Kernel(0.5, _box),
        "bilinear": Kernel(1, _triangle),
        "bicubic": _CATMULL_ROM,  # as in Pillow and MATLAB
        "bicubic-catmull-rom": _CATMULL_ROM,
        "bicubic-075": Kernel(2, partial(_cubic, b=0, c=0.75)),  # as in OpenCV and torch
        "bicubic-mitchell": Kernel(2, partial(_cubic, b=1 / 3, c=1 / 3)),
        "bicubic-bspline": Kernel(2, partial(_cubic, b=1, c=0)),  # smooths: no prefilter makes it pass through the lr
        "lanczos2": Kernel(2, partial(_lanczos, lobes=2)),
        "lanczos": Kernel(3, partial(_lanczos, lobes=3)),  # as in Pillow
        "lanczos4": Kernel(4, partial(_lanczos, lobes=4)),  # as in OpenCV
    }
)
"""Name after `--model` -> kernel."""
