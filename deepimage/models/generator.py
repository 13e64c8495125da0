"""The generator: a plain residual net that corrects a bilinear enlargement.

Everything runs at lr resolution: the trunk and the bilinear skip both give `3 * scale**2` channels, which are added and
shuffled into pixels once. So no convolution and no mixed-precision sum ever touches an image of hr size.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """x + conv(relu(conv(x))), the block of EDSR (Lim et al. 2017). BCHW -> BCHW."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(features, features, 3, padding=1)
        self.conv2 = nn.Conv2d(features, features, 3, padding=1)
        with torch.no_grad():
            self.conv2.weight.mul_(0.1)  # a block starts near the identity: a deep plain net learns from step one

    def forward(self, x: Tensor) -> Tensor:
        return self.conv2(self.conv1(x).relu_()).add_(x)  # no convolution keeps its output for backward: both in place


class BilinearSkip(nn.Module):
    """Bilinear enlargement before its pixel shuffle: BCHW -> B(C*scale**2)HW float32, as a fixed 3x3 convolution.

    With the border replicated this equals `F.interpolate(mode="bilinear", align_corners=False)` followed by
    `pixel_unshuffle`. Float32 whatever the dtype of the module, because it carries the picture itself.
    """

    kernel: Tensor

    def __init__(self, channels: int, scale: int) -> None:
        super().__init__()
        offset = (torch.arange(scale) + 0.5) / scale - 0.5  # of an hr pixel's centre from its lr pixel's, in lr pixels
        taps = torch.stack([(-offset).clamp(min=0), 1 - offset.abs(), offset.clamp(min=0)], dim=1)
        phases = torch.einsum("ai,bj->abij", taps, taps).reshape(scale**2, 1, 3, 3)
        self.channels = channels
        self.register_buffer("kernel", phases.repeat(channels, 1, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        padded = F.pad(x.float(), (1, 1, 1, 1), mode="replicate")
        # The taps of a scale that is a power of two are multiples of 1/64: exact in bfloat16 too.
        with torch.autocast(x.device.type, enabled=False):
            return F.conv2d(padded, self.kernel.float(), groups=self.channels)


class ResidualGenerator(nn.Module):
    """lr -> sr: BCHW float in [0, 1] -> BCHW float32, not clamped, enlarged by `scale`.

    The trunk runs in the dtype of its weights, the skip in float32. A new generator is exactly a bilinear enlargement.
    """

    def __init__(self, scale: int = 4, features: int = 48, blocks: int = 8, channels: int = 3) -> None:
        super().__init__()
        self.scale = scale
        self.halo = 2 * blocks + 2
        """Receptive radius in lr pixels: one per 3x3 convolution."""
        self.head = nn.Conv2d(channels, features, 3, padding=1)
        self.body = nn.Sequential(*(ResidualBlock(features) for _ in range(blocks)))
        self.tail = nn.Conv2d(features, channels * scale**2, 3, padding=1)
        self.skip = BilinearSkip(channels, scale)
        nn.init.zeros_(self.tail.weight)
        nn.init.zeros_(self.tail.bias)  # type: ignore[arg-type]  # a Conv2d with bias has one
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing from torch's stubs

    def forward(self, lr: Tensor) -> Tensor:
        lr = lr.contiguous(memory_format=torch.channels_last)
        correction = self.tail(self.body(self.head(lr.to(self.head.weight.dtype))))
        return F.pixel_shuffle(correction.float().add_(self.skip(lr)), self.scale)
