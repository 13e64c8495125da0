"""From the generator's answer to the result: size, frame, grey, alpha."""

from dataclasses import replace

import numpy as np
from PIL import ImageColor

from deepimage.image.codec.encode import flatten
from deepimage.image.codec.picture import Picture
from deepimage.image.geometry import Region
from deepimage.image.interpolation import SMOOTH, resize, resize_rows
from deepimage.image.size import Frame, boxed

_LUMA = np.array([19595, 38470, 7471], np.uint32)  # BT.601 weights in 1/65536
_NO_FRAME = Frame()


def finish(picture: Picture, sr: np.ndarray, height: int, width: int, frame: Frame = _NO_FRAME) -> Picture:
    """The result for `picture`: sr (H', W', 3) uint8 at (height, width), grey and alpha as the input had them.

    `cover` crops what does not fit, `contain` and padding are filled with the frame's background.
    """
    before = picture.pixels.shape
    inner = height - 2 * frame.padding, width - 2 * frame.padding
    drawn = boxed(before[0], before[1], *inner, frame.fit) if frame.fit in ("cover", "contain") else inner
    pixels = resize(sr, *drawn)
    alpha = None if picture.alpha is None else resize(picture.alpha, *drawn, SMOOTH)
    finished = replace(picture, pixels=to_grey(pixels) if picture.grey else pixels, alpha=alpha)
    for size in (inner, (height, width)):
        if finished.pixels.shape[:2] != size:
            finished = _framed(finished, *size, frame.background)
    return finished


def _framed(picture: Picture, height: int, width: int, background: str) -> Picture:
    """In the middle of a plain frame; what reaches beyond it is cut off."""
    colour = ImageColor.getrgb(background)
    pixels = np.full((height, width, 3), colour, np.uint8)
    seen = [min(frame, side) for frame, side in zip((height, width), picture.pixels.shape, strict=False)]
    place = Region((height - seen[0]) // 2, (width - seen[1]) // 2, *seen)
    top, left = ((side - part) // 2 for part, side in zip(seen, picture.pixels.shape, strict=False))
    source = Region(top, left, *seen)
    place.of(pixels)[:] = source.of(picture.pixels)
    alpha = None
    if picture.alpha is not None:
        alpha = np.full((height, width), 255, np.uint8)
        place.of(alpha)[:] = source.of(picture.alpha)
    return replace(picture, pixels=pixels, alpha=alpha, grey=picture.grey and len(set(colour)) == 1)


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
