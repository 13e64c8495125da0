"""SRVGGNetCompact, the small nets of Real-ESRGAN (Wang et al. 2021): realesr-general-x4v3 and many others."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class SRVGGNetCompact(nn.Module):
    """lr -> sr: BCHW float in [0, 1] -> BCHW float32, not clamped, enlarged by `scale`.

    A chain of `blocks` + 2 convolutions with PReLU between them corrects a nearest enlargement. The chain runs in the
    dtype of its weights, the enlargement is added in float32. Parameter names are those of the published files.
    """

    def __init__(self, scale: int = 4, features: int = 64, blocks: int = 32, channels: int = 3) -> None:
        super().__init__()
        self.scale = scale
        self.halo = blocks + 2
        """Receptive radius in lr pixels: one per 3x3 convolution."""
        layers: list[nn.Module] = []
        for inputs in (channels, *[features] * blocks):
            layers += [nn.Conv2d(inputs, features, 3, padding=1), nn.PReLU(features)]
        self.body = nn.Sequential(*layers, nn.Conv2d(features, channels * scale**2, 3, padding=1))
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing from torch's stubs

    def forward(self, lr: Tensor) -> Tensor:
        lr = lr.contiguous(memory_format=torch.channels_last)
        correction = self.body(lr.to(next(self.parameters()).dtype)).float()
        nearest = lr.float().repeat_interleave(
            self.scale**2, dim=1
        )  # before its pixel shuffle: nothing runs at hr size
        return F.pixel_shuffle(correction + nearest, self.scale)
