"""Grey pictures of more than 8 bits brought to 8: scaled, never clipped."""

import numpy as np


def to_8_bits(values: np.ndarray, bits: int) -> tuple[np.ndarray, str]:
    """(H, W) integers or floats of `bits` per sample -> (H, W) uint8, and a note that says what was done.

    Integers are scaled from [0, 2**bits - 1]; floats, and integers that leave that range, from [0, 1] if they lie
    within it and from their own lowest and highest value otherwise. NaN becomes black.
    """
    top = 2**bits - 1
    if values.dtype.kind in "iu" and bits <= 16 and values.min() >= 0 and values.max() <= top:
        return _scale(values, 0, top), f"{bits}-bit reduced to 8"
    values = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if values.dtype.kind == "f" and low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    return _scale(values, low, high), f"{bits}-bit samples reduced to 8 from [{low:g}, {high:g}]"


def _scale(values: np.ndarray, low: float, high: float) -> np.ndarray:
    span = high - low or 1.0
    return ((values - low) * (255.0 / span) + 0.5).astype(np.uint8)
