"""The only change of layout: HWC uint8 at rest, BCHW float in [0, 1] in the model."""

import numpy as np
import torch

from deepimage.errors import CheckpointError


def to_bchw(batch_hwc: torch.Tensor) -> torch.Tensor:
    """(B, H, W, C) uint8 -> (B, C, H, W) float32 in [0, 1], channels_last in memory, on the same device."""
    return batch_hwc.permute(0, 3, 1, 2).to(torch.float32).mul_(1 / 255)


def to_hwc(batch_bchw: torch.Tensor) -> torch.Tensor:
    """(B, C, H, W) float, nominally [0, 1] -> (B, H, W, C) uint8, rounded to nearest; a NaN raises CheckpointError.

    The input may be overwritten.
    """
    scaled = batch_bchw.permute(0, 2, 3, 1).mul_(255).round_().clamp_(0, 255)
    if torch.isnan(scaled.amax()):
        raise CheckpointError("the generator answered with NaN: its weights or precision are unfit")
    return scaled.to(torch.uint8)


def stack(windows: list[np.ndarray]) -> torch.Tensor:
    """Same-size (H, W, C) uint8 arrays -> (B, H, W, C) uint8 tensor in host memory."""
    return torch.from_numpy(np.stack(windows))
