"""Colour for the pixels that nobody sees, so that enlarging draws no fringe round those that somebody does.

Below alpha 0 a file may hold any colour, usually black or white, and every filter wider than a pixel would mix it
into the visible edge. Hidden pixels therefore take the colour of a visible one near by: each halving of the picture
keeps one visible pixel of every 2x2 block, and every hole is filled from the finest halving that has one ("pull-push",
Gortler et al. 1996, The Lumigraph, section 3.3, without the averaging). Colours are copied, never mixed: white stays
white.
"""

import numpy as np


def bleed(pixels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 with colour bled into the places where `alpha` (H, W) is 0; `pixels` itself where none is.

    Pixels of a wholly transparent picture become black.
    """
    if alpha.all():
        return pixels
    if not alpha.any():
        return np.zeros_like(pixels)
    opaque = np.full_like(alpha, 255)
    words = np.dstack([pixels, opaque]).view(np.uint32)[..., 0]  # a pixel a word, 0 only where it is hidden
    words[alpha == 0] = 0
    return np.ascontiguousarray(_filled(words).view(np.uint8).reshape(*alpha.shape, 4)[..., :3])


def _filled(words: np.ndarray) -> np.ndarray:
    """(H, W) with no zero left; one recursion per halving of the longer side."""
    if words.all():
        return words
    height, width = words.shape
    spread = _filled(_halved(words)).repeat(2, axis=0)[:height].repeat(2, axis=1)[:, :width]
    return np.where(words, words, spread)


def _halved(words: np.ndarray) -> np.ndarray:
    """One visible pixel of every 2x2 block, zero where it has none."""
    height, width = words.shape
    half = np.zeros(((height + 1) // 2, (width + 1) // 2), words.dtype)
    for down, across in np.ndindex(2, 2):
        part = words[down::2, across::2]
        corner = half[: part.shape[0], : part.shape[1]]
        np.copyto(corner, part, where=corner == 0)
    return half
