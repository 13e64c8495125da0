"""Interpolators behind the generator's door: no weights, the same tiles, the same Restorer."""

import torch
from torch import nn

from deepimage.image import fractal
from deepimage.image.fractal.zoom import enlarge
from deepimage.image.interpolation import KERNELS
from deepimage.image.interpolation.tensors import resample


class Interpolator(nn.Module):
    """(B, 3, H, W) float -> (B, 3, H*scale, W*scale) float by a kernel of `image.interpolation`, or `fractal`."""

    def __init__(self, name: str, scale: int) -> None:
        super().__init__()
        self.name = name
        self.scale = scale
        self.halo = fractal.halo(scale) if name == "fractal" else KERNELS[name].halo

    def forward(self, lr: torch.Tensor) -> torch.Tensor:
        if self.name == "fractal":
            return enlarge(lr, self.scale)
        height, width = lr.shape[-2:]
        return resample(lr, height * self.scale, width * self.scale, self.name)
