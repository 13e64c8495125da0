"""How far a result drifted: the result, shrunk again, against its input."""

import math

import numpy as np
from PIL import Image


def squared_error(lr: np.ndarray, sr: np.ndarray) -> float:
    """Mean squared error of luma (BT.601, 0 to 255) between lr (H, W, 3) uint8 and sr shrunk to its size (bicubic)."""
    height, width = lr.shape[:2]
    shrunk = _luma(sr).resize((width, height), Image.Resampling.BICUBIC)
    difference = np.asarray(shrunk, np.float32) - np.asarray(_luma(lr), np.float32)
    return float(np.square(difference).mean())


def decibels(mean_squared_error: float) -> float:
    """PSNR against a peak of 255, at most 99 dB."""
    return min(10 * math.log10(255**2 / max(mean_squared_error, 1e-12)), 99.0)


def consistency_db(lr: np.ndarray, sr: np.ndarray) -> float:
    """PSNR of luma of the shrunken sr against lr, dB; 99 = identical."""
    return decibels(squared_error(lr, sr))


def _luma(rgb: np.ndarray) -> Image.Image:
    return Image.fromarray(rgb).convert("L")
