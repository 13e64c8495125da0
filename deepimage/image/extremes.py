"""Pure white and pure black areas of an input stay exactly that in its result, as a white background must."""

import torch
from torch import Tensor

_REACH = 2  # lr pixels round a pixel that must be pure, too: an edge is the generator's to draw


def keep_extremes(lr: Tensor, sr: Tensor, scale: int) -> None:
    """Set sr (B, H*scale, W*scale, C) uint8 to 255 or 0 where lr (B, H, W, C) uint8 is 255 or 0 all round; in place."""
    batch, height, width, channels = lr.shape
    rows = sr.view(batch, height, scale, width * scale * channels)
    if (white := _eroded((lr == 255).all(-1))).any():
        rows.bitwise_or_(_spread(white, scale * channels))
    if (black := _eroded((lr == 0).all(-1))).any():
        rows.bitwise_and_(_spread(black, scale * channels).bitwise_not_())


def _spread(mask: Tensor, times: int) -> Tensor:
    """(B, H, W) bool -> (B, H, 1, W * times) uint8, 255 where true: one long run per row is quick to combine."""
    return mask.to(torch.uint8).mul_(255).repeat_interleave(times, dim=2)[:, :, None]


def _eroded(mask: Tensor) -> Tensor:
    """(B, H, W) bool: true where all within _REACH rows and columns is true; outside the image all is."""
    for axis in (1, 2):
        length, source = mask.shape[axis], mask
        mask = mask.clone()
        for step in range(1, min(_REACH, length - 1) + 1):
            mask.narrow(axis, 0, length - step).logical_and_(source.narrow(axis, step, length - step))
            mask.narrow(axis, step, length - step).logical_and_(source.narrow(axis, 0, length - step))
    return mask
