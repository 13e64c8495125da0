"""The generator: a trunk of one of several architectures that corrects a bilinear enlargement.

Everything runs at lr resolution: the trunk and the bilinear skip both give `3 * scale**2` channels, which are added and
shuffled into pixels once. So no convolution and no mixed-precision sum ever touches an image of hr size. For a small
scale the trunk sits behind a pixel unshuffle, so that its cost per output pixel stays that of scale 4.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepimage.models.architectures.plain import PlainTrunk
from deepimage.models.architectures.residual import ResidualTrunk
from deepimage.models.architectures.span import SpanTrunk
from deepimage.models.architectures.unet import UNetTrunk

Trunk = ResidualTrunk | PlainTrunk | SpanTrunk | UNetTrunk
TRUNKS: Mapping[str, Callable[[int, int, int], Trunk]] = MappingProxyType(
    {
        "residual": lambda features, blocks, inner: ResidualTrunk(features, blocks),
        "plain": lambda features, blocks, inner: PlainTrunk(features, blocks),
        "span": lambda features, blocks, inner: SpanTrunk(features, blocks),
        "unet": UNetTrunk,
    }
)
"""Architecture -> trunk of (features, blocks, inner)."""


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


class Generator(nn.Module):
    """lr -> sr: BCHW float in [0, 1] -> BCHW float32, not clamped, enlarged by `scale`.

    Height and width are multiples of `multiple_of`. The trunk runs in the dtype of its weights, the skip in float32.
    A new generator is exactly a bilinear enlargement.
    """

    def __init__(
        self, arch: str, scale: int, features: int, blocks: int, inner: int = 0, unshuffle: int = 1, channels: int = 3
    ) -> None:
        super().__init__()
        self.scale = scale
        self.unshuffle = unshuffle
        self.head = nn.Conv2d(channels * unshuffle**2, features, 3, padding=1)
        trunk = TRUNKS[arch](features, blocks, inner)
        self.body = trunk
        self.tail = nn.Conv2d(features, channels * (scale * unshuffle) ** 2, 3, padding=1)
        self.skip = BilinearSkip(channels, scale)
        self.multiple_of = trunk.multiple_of * unshuffle
        self.halo = (trunk.radius + 2) * unshuffle + unshuffle - 1
        """Receptive radius in lr pixels."""
        nn.init.zeros_(self.tail.weight)
        nn.init.zeros_(self.tail.bias)  # type: ignore[arg-type]  # a Conv2d with bias has one
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing from torch's stubs

    def forward(self, lr: Tensor) -> Tensor:
        lr = lr.contiguous(memory_format=torch.channels_last)
        packed = F.pixel_unshuffle(lr, self.unshuffle).to(self.head.weight.dtype)
        correction = self.tail(self.body(self.head(packed))).float()
        return F.pixel_shuffle(correction.add_(self._enlarged(lr)), self.scale * self.unshuffle)

    def _enlarged(self, lr: Tensor) -> Tensor:
        """The bilinear enlargement, its channels in the order of the tail's."""
        skip = self.skip(lr)
        if self.unshuffle == 1:
            return skip
        return F.pixel_unshuffle(F.pixel_shuffle(skip, self.scale), self.scale * self.unshuffle)


def ResidualGenerator(scale: int = 4, features: int = 48, blocks: int = 8, channels: int = 3) -> Generator:  # noqa: N802
    return Generator("residual", scale, features, blocks, channels=channels)
