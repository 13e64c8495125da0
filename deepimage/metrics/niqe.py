"""NIQE: how far a picture's statistics lie from those of clean photographs (Mittal, Soundararajan and Bovik 2013).

Conventions: BT.601 luma 16 to 235, rounded, whole blocks of 96x96 pixels from the top left corner, no border cut, the
half size by antialiased bicubic (a = -0.5) with a mirrored border. The statistics of clean photographs come from a
file, which is not shipped: `niqe_pris_params.npz` of BasicSR, arrays `mu_pris_param` (1,36), `cov_pris_param` (36,36).

Clean photographs have about 5; above it lies what is blurred or noisy, well below it what is over-textured. So it tells
whether a picture is in the band of photographs; a lower figure is no better one.
"""

from dataclasses import dataclass
from math import gamma
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from deepimage.errors import UsageError
from deepimage.image.interpolation import KERNELS
from deepimage.metrics.mscn import normalised
from deepimage.metrics.psnr import luma
from deepimage.metrics.windows import inside

BLOCK = 96
_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))  # rows down, columns right
_SHAPES = np.arange(0.2, 10.001, 0.001)  # of the generalised Gaussian, among which the nearest is taken
_GAMMAS = np.array([[gamma(k / shape) for shape in _SHAPES] for k in (1, 2, 3)])
_HALVING = KERNELS["bicubic"].weight((np.arange(8) - 3.5) / 2) / 2  # taps of the antialiased half size
_RATIOS = _GAMMAS[1] ** 2 / (_GAMMAS[0] * _GAMMAS[2])


@dataclass(frozen=True)
class Niqe:
    """The statistics of clean photographs: `mean` (36,), `covariance` (36,36)."""

    mean: np.ndarray
    covariance: np.ndarray

    @staticmethod
    def load(path: str | Path) -> "Niqe":
        """From a .npz file. Raises UsageError."""
        try:
            with np.load(path, allow_pickle=False) as file:
                niqe = Niqe(file["mu_pris_param"].ravel(), file["cov_pris_param"])
        except OSError as error:
            raise UsageError(f"NIQE parameters {path}: {error.strerror or error}") from None
        except (KeyError, ValueError, BadZipFile):
            raise UsageError(f"NIQE parameters {path}: expected BasicSR's niqe_pris_params.npz") from None
        if niqe.mean.shape != (36,) or niqe.covariance.shape != (36, 36):
            raise UsageError(f"NIQE parameters {path}: expected a mean of 36 features and their 36x36 covariance")
        return niqe

    def __call__(self, image: np.ndarray) -> float:
        """NIQE of an (H,W,3) uint8 image, 0 upwards. Raises ValueError below two blocks of 96x96 pixels."""
        features = _features(image)
        if len(features) < 2:
            raise ValueError(f"NIQE needs two blocks of {BLOCK} pixels, got {image.shape[1]}x{image.shape[0]}")
        difference = self.mean - features.mean(axis=0)
        covariance = (self.covariance + np.cov(features, rowvar=False)) / 2
        return float(np.sqrt(difference @ np.linalg.pinv(covariance) @ difference))


def _features(image: np.ndarray) -> np.ndarray:
    """(H,W,3) uint8 -> (blocks, 36): 18 for each of two sizes; blocks without any (even ones) are left out."""
    height, width = (side // BLOCK * BLOCK for side in image.shape[:2])
    if not height or not width:
        return np.empty((0, 36))
    plane = np.rint(luma(image[:height, :width]))
    both = np.hstack([_statistics(normalised(plane), BLOCK), _statistics(normalised(_half(plane)), BLOCK // 2)])
    return both[np.isfinite(both).all(axis=1)]


def _half(plane: np.ndarray) -> np.ndarray:
    """As MATLAB's imresize(plane, 0.5); both sides even."""
    return inside(np.pad(plane, 3, mode="symmetric"), _HALVING)[::2, ::2]


def _statistics(plane: np.ndarray, side: int) -> np.ndarray:
    """(H,W) normalised luma -> (blocks, 18): shape and spread of its values and of its products with neighbours."""
    blocks = _blocks(plane, side)
    shape, left, right = _fit(blocks)
    features = [shape, (left + right) / 2]
    for shift in _NEIGHBOURS:
        shape, left, right = _fit(blocks * np.roll(blocks, shift, axis=(1, 2)))
        second, first = (np.interp(shape, _SHAPES, values) for values in _GAMMAS[1::-1])
        features += [shape, (right - left) * second / first, left, right]
    return np.stack(features, axis=1)


def _blocks(plane: np.ndarray, side: int) -> np.ndarray:
    """(H,W) -> (blocks, side, side)."""
    down, across = (length // side for length in plane.shape)
    return plane.reshape(down, side, across, side).swapaxes(1, 2).reshape(-1, side, side)


def _fit(blocks: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(n,h,w) -> (n,) shape, left and right scale of an asymmetric generalised Gaussian, by moments (Lasmar 2009)."""
    values = blocks.reshape(len(blocks), -1)
    squares = values**2
    negative, positive = values < 0, values > 0
    with np.errstate(invalid="ignore", divide="ignore"):  # a block without contrast has no shape: nan
        left = np.sqrt((squares * negative).sum(axis=1) / negative.sum(axis=1))
        right = np.sqrt((squares * positive).sum(axis=1) / positive.sum(axis=1))
        lean = left / right
        ratio = np.abs(values).mean(axis=1) ** 2 / squares.mean(axis=1)
        ratio *= (lean**3 + 1) * (lean + 1) / (lean**2 + 1) ** 2
    shape = np.where(np.isfinite(ratio), _SHAPES[_nearest(ratio)], np.nan)
    to_scale = np.sqrt(np.interp(shape, _SHAPES, _GAMMAS[0] / _GAMMAS[2]))
    return shape, left * to_scale, right * to_scale


def _nearest(ratio: np.ndarray) -> np.ndarray:
    """Index of the shape whose ratio is nearest; ratios rise with the shape."""
    above = np.clip(np.searchsorted(_RATIOS, ratio), 1, len(_RATIOS) - 1)
    return above - (ratio - _RATIOS[above - 1] < _RATIOS[above] - ratio)
