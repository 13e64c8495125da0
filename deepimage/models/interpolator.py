"""Interpolators behind the generator's door: no weights, the same tiles, the same Restorer."""

import torch
from torch import nn

from deepimage.image.interpolation import KERNELS, matrix


class Interpolator(nn.Module):
    """(B, C, H, W) float -> (B, C, H*scale, W*scale) float by a separable kernel of `image.interpolation`."""

    def __init__(self, kernel: str, scale: int) -> None:
        super().__init__()
        self.kernel = kernel
        self.scale = scale
        self.halo = KERNELS[kernel].halo

    def forward(self, lr: torch.Tensor) -> torch.Tensor:
        rows, columns = (torch.from_numpy(matrix(n, n * self.scale, self.kernel)).to(lr) for n in lr.shape[-2:])
        return rows @ lr.contiguous() @ columns.T
