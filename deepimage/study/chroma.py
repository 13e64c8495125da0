"""Noise of the chroma planes, which most JPEGs keep at half size."""

from dataclasses import replace

import numpy as np

from deepimage.study.blocks import spoiled
from deepimage.study.noise import Blocks, sigma
from deepimage.study.planes import Planes

_HALF = 2
_LOWEST = 3  # order of the coefficients that are noise: chroma has little else in a smooth block
# What libjpeg's triangle filter and the mean of 2 x 2 pixels leave of each frequency of a plane at half size.
_LEFT = 0.75 + 0.25 * np.cos(np.pi * np.arange(8) / 8)
_RESPONSE = np.outer(_LEFT, _LEFT).ravel()


def chroma_sigma(planes: Planes, steps: np.ndarray | None = None, top: int = 0, left: int = 0) -> float | None:
    """Standard deviation of the noise of Cb and Cr (their root mean square), 8-bit steps, were it white at full size.

    `steps` (64,): chroma steps of a 4:2:0 JPEG pass whose blocks of 16 x 16 pixels begin at (top, left), both even;
    None for any other picture. None where too few unclipped blocks are left.
    """
    bad = spoiled(_halved(planes.clipped[top:, left:].astype(np.float32)) > 0)
    found = []
    for plane in (planes.cb, planes.cr):
        own = Blocks.of(_halved(plane[top:, left:]), bad, steps, lowest=_LOWEST)
        found.append(sigma(own if steps is None else replace(own, coefficients=own.coefficients / _RESPONSE)))
    known = [value for value in found if value is not None]
    return _HALF * float(np.sqrt(np.mean(np.square(known)))) if known else None


def _halved(plane: np.ndarray) -> np.ndarray:
    """Means of 2 x 2 pixels; an odd last row or column is left out."""
    height, width = (side // _HALF * _HALF for side in plane.shape)
    rows = plane[0:height:_HALF] + plane[1:height:_HALF]
    return (rows[:, 0:width:_HALF] + rows[:, 1:width:_HALF]) / _HALF**2
