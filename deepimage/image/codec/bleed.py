"""Colour for the pixels that nobody sees, so that enlarging draws no fringe round those that somebody does.

Below alpha 0 a file may hold any colour, usually black or white, and every filter wider than a pixel would mix it
into the visible edge. Hidden pixels therefore take the colour of the visible ones nearest to them: a pyramid of
averages of visible pixels only, from whose finest level that has one every hole is filled ("pull-push", Gortler et
al. 1996, The Lumigraph, section 3.3).
"""

import numpy as np
from PIL import Image


def bleed(pixels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 with colour bled into the places where `alpha` (H, W) is 0; `pixels` itself where none is.

    Pixels of a wholly transparent picture become black.
    """
    hidden = alpha == 0
    if not hidden.any():
        return pixels
    if hidden.all():
        return np.zeros_like(pixels)
    visible = np.where(hidden, np.uint8(0), np.uint8(255))
    return np.asarray(_fill(Image.fromarray(np.dstack([pixels, visible]))).convert("RGB"))


def _fill(level: Image.Image) -> Image.Image:
    """RGBA whose alpha is 0 or 255 -> RGBA without a hole; one recursion per halving of the longer side."""
    holes = level.getchannel("A").point(lambda alpha: 255 * (alpha == 0))
    if not holes.getbbox():
        return level
    coarse = level.reduce(2)  # averages weighted by alpha
    coarse.putalpha(coarse.getchannel("A").point(lambda alpha: 255 * (alpha > 0)))
    colour = _fill(coarse).resize((2 * coarse.width, 2 * coarse.height), Image.Resampling.NEAREST)
    filled = level.copy()
    filled.paste(colour.crop((0, 0, *level.size)), mask=holes)
    return filled
