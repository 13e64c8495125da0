"""Fractal interpolation from the picture to the enlarged picture."""

import torch
import torch.nn.functional as F
from torch import Tensor

from deepimage.image.fractal.decode import paint
from deepimage.image.fractal.geometry import COARSE, FINE, doublings
from deepimage.image.fractal.search import Code, search
from deepimage.image.interpolation.tensors import resample

_TOLERANCE = 16.0**2  # mean squared error, in grey levels, above which a coarse block splits into four fine ones
_COLOUR = "bicubic"
_RESIDUAL = "bicubic-075"  # the sharper one: +0.14 dB on Set5
_LUMA = (0.299, 0.587, 0.114)  # BT.601


def enlarge(lr: Tensor, scale: int) -> Tensor:
    """(B, 3, H, W) float32 in [0, 1] -> (B, 3, H * scale, W * scale), nominally in [0, 1].

    Luma (rounded to 8 bits) is coded and decoded; differences of colour are enlarged by the bicubic kernel.
    """
    red, green, blue = lr.unbind(1)
    luma = ((_LUMA[0] * red + _LUMA[1] * green + _LUMA[2] * blue) * 255).round_()
    decoded = torch.stack([_enlarge_luma(plane, scale) for plane in luma])
    height, width = decoded.shape[-2:]
    detail = decoded - resample(luma, height, width, _COLOUR)
    return resample(lr, height, width, _COLOUR) + detail[:, None] / 255


def _enlarge_luma(luma: Tensor, scale: int) -> Tensor:
    """(H, W) whole numbers 0 to 255 -> (H * scale, W * scale): doubled as often as needed, then shrunk to size."""
    codes = search(luma, COARSE), search(luma, FINE)
    weights = _quadtree(*codes)
    sr = luma
    for octave in range(1, doublings(scale) + 1):
        sr = _double(sr, codes, weights, 2**octave)
    height, width = (side * scale for side in luma.shape)
    return sr if sr.shape == (height, width) else resample(sr, height, width, _COLOUR)


def _quadtree(coarse: Code, fine: Code) -> tuple[Tensor, Tensor]:
    """How often each block is a leaf of the trees at all shifts of the grid, between 0 and 1."""
    split = (coarse.error > _TOLERANCE).to(coarse.error)
    parents = split.unfold(0, len(fine.error), FINE.size).unfold(1, fine.error.shape[1], FINE.size)
    return 1 - split, parents.mean(dim=(0, 1))


def _double(picture: Tensor, codes: tuple[Code, Code], weights: tuple[Tensor, Tensor], scale: int) -> Tensor:
    """The code applied to `picture`, lr enlarged by scale / 2; what it fails to explain of it is interpolated."""
    layers = [paint(picture, code, weight, scale) for code, weight in zip(codes, weights, strict=True)]
    painted = (layers[0][0] + layers[1][0]) / (layers[0][1] + layers[1][1])
    residual = picture - F.avg_pool2d(painted[None], 2)[0]
    height, width = painted.shape
    return painted + resample(residual, height, width, _RESIDUAL)
