"""How far a result drifted: the result, shrunk again, against its input."""

import math

import numpy as np

from deepimage.image.interpolation import resize
from deepimage.metrics.psnr import luma


def squared_error(lr: np.ndarray, sr: np.ndarray) -> float:
    """Mean squared error of BT.601 luma between lr (H, W, 3) uint8 and sr shrunk to its size (Lanczos, antialiased)."""
    difference = luma(resize(sr, *lr.shape[:2])) - luma(lr)
    return float(np.square(difference, dtype=np.float32).mean())


def decibels(mean_squared_error: float) -> float:
    """PSNR against a peak of 255, at most 99 dB."""
    return min(10 * math.log10(255**2 / max(mean_squared_error, 1e-12)), 99.0)


def consistency_db(lr: np.ndarray, sr: np.ndarray) -> float:
    """PSNR of luma of the shrunken sr against lr, dB; 99 = identical."""
    return decibels(squared_error(lr, sr))
