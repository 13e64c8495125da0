"""The same resampling for tensors, on whatever device they are."""

import torch
from torch import Tensor

from deepimage.image.interpolation.weights import blocks


def resample(images: Tensor, height: int, width: int, kernel: str) -> Tensor:
    """(..., H, W) float32 -> (..., height, width) by a kernel of KERNELS, antialiased when shrinking."""
    wide = _along_rows(images.mT, width, kernel).mT
    return _along_rows(wide, height, kernel)


def _along_rows(images: Tensor, size: int, kernel: str) -> Tensor:
    """(..., N, M) -> (..., size, M)."""
    out = images.new_empty(*images.shape[:-2], size, images.shape[-1])
    for block in blocks(images.shape[-2], size, kernel):
        weights = torch.from_numpy(block.weights).to(images)
        out[..., block.outputs, :] = weights @ images[..., block.inputs, :]
    return out
