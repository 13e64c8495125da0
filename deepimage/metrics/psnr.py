"""PSNR on luma, with the conventions that super-resolution papers share.

Luma is BT.601 with the range 16 to 235, from 8-bit RGB, as float; `border` pixels (usually the scale) are cut off on
every side; the peak is 255. So figures are about 1.8 dB above those of PSNR on RGB.
"""

import numpy as np

_BT601 = np.array([65.481, 128.553, 24.966]) / 255


def luma(image: np.ndarray) -> np.ndarray:
    """BT.601 luma: (H,W,3) uint8 RGB -> (H,W) float64 in [16, 235]."""
    return image @ _BT601 + 16.0


def psnr_y(a: np.ndarray, b: np.ndarray, border: int = 0) -> float:
    """PSNR in dB between the lumas of two (H,W,3) uint8 images; infinite where they are equal."""
    error = np.mean(np.square(crop(luma(a), border) - crop(luma(b), border)))
    return float(10 * np.log10(255**2 / error)) if error else float("inf")


def crop(plane: np.ndarray, border: int) -> np.ndarray:
    """Cut `border` pixels off every side of an (H,W,...) array."""
    return plane[border : plane.shape[0] - border, border : plane.shape[1] - border]
