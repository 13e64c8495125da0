"""Pillow's own resampling, for 8-bit pictures on their way in and out."""

import numpy as np
from PIL import Image

Pixels = np.ndarray

SHARP = Image.Resampling.LANCZOS
SMOOTH = Image.Resampling.BILINEAR  # never over- or undershoots: for alpha, which must stay opaque inside


def resize(pixels: Pixels, height: int, width: int, filter: Image.Resampling = SHARP) -> Pixels:
    """(H, W) or (H, W, C) uint8 -> (height, width[, C]) uint8, antialiased when shrinking."""
    if pixels.shape[:2] == (height, width):
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((width, height), filter))


def resize_rows(
    pixels: Pixels, height: int, width: int, top: int, bottom: int, filter: Image.Resampling = SHARP
) -> Pixels:
    """Rows top..bottom of `resize(pixels, height, width, filter)`, reading only the rows that they depend on."""
    ratio = pixels.shape[0] / height
    reach = int(3 * max(ratio, 1)) + 2
    first, last = max(int(top * ratio) - reach, 0), int(bottom * ratio) + reach
    image = Image.fromarray(np.ascontiguousarray(pixels[first:last]))
    box = (0, top * ratio - first, pixels.shape[1], bottom * ratio - first)
    return np.asarray(image.resize((width, bottom - top), filter, box=box))
