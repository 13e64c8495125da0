"""How bright a picture is, and how much of it is clipped."""

from dataclasses import dataclass

import numpy as np

from deepimage.study.planes import extremes

_MOST = 1_000_000  # pixels that are looked at, evenly spread


@dataclass(frozen=True)
class Light:
    """Levels of one picture."""

    black: float
    middle: float
    white: float
    """Percentiles 1, 50 and 99 of luma, 0 to 255."""
    clipped_dark: float
    clipped_bright: float
    """Share of pixels with all channels at 0, and at 255."""


def light(rgb: np.ndarray) -> Light:
    """(H, W, 3) uint8 -> its levels."""
    stride = int(np.ceil(np.sqrt(rgb.shape[0] * rgb.shape[1] / _MOST)))
    seen = rgb[::stride, ::stride]
    least, most = extremes(seen)
    black, middle, white = np.percentile(seen @ np.array([0.299, 0.587, 0.114], np.float32), (1, 50, 99))
    return Light(
        black=float(black),
        middle=float(middle),
        white=float(white),
        clipped_dark=float((most == 0).mean()),
        clipped_bright=float((least == 255).mean()),
    )
