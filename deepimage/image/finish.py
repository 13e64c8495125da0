"""From the generator's answer to the result: size, grey, alpha."""

from dataclasses import replace

import numpy as np

from deepimage.image.codec.encode import flatten
from deepimage.image.codec.picture import Picture
from deepimage.image.interpolation import SMOOTH, resize, resize_rows

_LUMA = np.array([19595, 38470, 7471], np.uint32)  # BT.601 weights in 1/65536


def finish(picture: Picture, sr: np.ndarray, height: int, width: int) -> Picture:
    """The result for `picture`: sr (H', W', 3) uint8 at (height, width), grey and alpha as the input had them."""
    pixels = resize(sr, height, width)
    alpha = None if picture.alpha is None else resize(picture.alpha, height, width, SMOOTH)
    return replace(picture, pixels=to_grey(pixels) if picture.grey else pixels, alpha=alpha)


def finish_band(picture: Picture, band: np.ndarray, top: int, height: int) -> np.ndarray:
    """Rows from `top` of a result `height` rows high: (h, W', 3) uint8 -> (h, W', 1 to 4), channels as in the file."""
    pixels = to_grey(band)[:, :, :1] if picture.grey else band
    if picture.alpha is None:
        return pixels
    alpha = resize_rows(picture.alpha, height, band.shape[1], top, top + len(band), SMOOTH)
    return np.concatenate([pixels, alpha[:, :, None]], axis=2)


def to_grey(rgb: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 -> the same with its luma in all three channels."""
    grey = (rgb @ _LUMA + 32768 >> 16).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def as_seen(picture: Picture, background: str) -> np.ndarray:
    """(H, W, 3) uint8: the picture as it looks on a plain background ("#rrggbb")."""
    return picture.pixels if picture.alpha is None else flatten(picture.pixels, picture.alpha, background)
