"""The pixels as the estimators want them: planes of YCbCr, and one window of a large picture."""

from dataclasses import dataclass

import numpy as np

from deepimage.image.geometry import Region

WINDOW = 512
"""Largest side that is looked at, pixels: the cost does not grow with the picture."""
_MOST = 1_500_000  # pixels of `bands`
_BAND = 64  # rows; a multiple of 16, so that JPEG's grid stays
_CELL = 64  # pixels between the places that the search for a window tries; a multiple of 8, so that JPEG's grid stays
_ROWS = 4  # every so many rows at least tell where the detail is

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # BT.601 full range, as in JPEG
_CB = np.array([-0.168736, -0.331264, 0.5], np.float32)
_CR = np.array([0.5, -0.418688, -0.081312], np.float32)


@dataclass(frozen=True)
class Planes:
    """One window, (H, W) each; not rounded, so that what a codec left stays visible."""

    luma: np.ndarray
    """float32, 0 to 255."""
    cb: np.ndarray
    cr: np.ndarray
    """float32, -128 to 128."""
    clipped: np.ndarray
    """bool: some channel is 0 or 255, so that noise and quantisation are cut off."""


def planes(rgb: np.ndarray) -> Planes:
    """(H, W, 3) uint8 -> its planes."""
    least, most = extremes(rgb)
    values = rgb.astype(np.float32)
    return Planes(values @ _LUMA, values @ _CB, values @ _CR, clipped=(least == 0) | (most == 255))


def extremes(rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(H, W) each: the darkest and the brightest channel; ten times as fast as reducing three by axis."""
    red, green, blue = (rgb[..., channel] for channel in range(3))
    return np.minimum(np.minimum(red, green), blue), np.maximum(np.maximum(red, green), blue)


def bands(rgb: np.ndarray) -> np.ndarray:
    """Evenly spread bands of rows of (H, W, 3) uint8, at most about 1.5 megapixels; a smaller picture stays whole.

    For what needs calm places, wherever they are. A block across the seam of two bands is never calm.
    """
    every = -(-rgb.shape[0] * rgb.shape[1] // _MOST)
    if every == 1 or rgb.shape[0] < _BAND * every:
        return rgb[: max(_MOST // rgb.shape[1], 1)]
    return np.concatenate([rgb[top : top + _BAND] for top in range(0, rgb.shape[0], _BAND * every)])


def detailed_window(rgb: np.ndarray) -> Region:
    """The WINDOW x WINDOW part of (H, W, 3) uint8 with most detail, cut on multiples of 8; smaller sides stay whole.

    There the picture is in focus, and a codec has left something to measure.
    """
    height, width = (min(side, WINDOW) for side in rgb.shape[:2])
    if (height, width) == rgb.shape[:2]:
        return Region(0, 0, height, width)
    every = max(rgb.shape[0] // WINDOW, _ROWS)
    steps = np.abs(np.diff(rgb[::every, :, 1].astype(np.int16), axis=1))
    detail = np.zeros((steps.shape[0] + 1, rgb.shape[1]))  # of all rows above and all columns to the left
    detail[1:, 1:] = steps.cumsum(axis=0, dtype=np.float64).cumsum(axis=1)
    tops = np.arange(0, rgb.shape[0] - height + 1, _CELL)
    lefts = np.arange(0, rgb.shape[1] - width + 1, _CELL)
    above, below, rights = detail[tops // every], detail[(tops + height) // every], lefts + width - 1
    sums = below[:, rights] - below[:, lefts] - above[:, rights] + above[:, lefts]
    row, column = np.unravel_index(int(sums.argmax()), sums.shape)
    return Region(int(tops[row]), int(lefts[column]), height, width)
