"""RRDBNet of ESRGAN (Wang et al. 2018), as Real-ESRGAN (Wang et al. 2021) and BSRGAN (Zhang et al. 2021) use it."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_SLOPE, _RESIDUAL = 0.2, 0.2  # of every leaky ReLU; of what a block adds to its input


class DenseBlock(nn.Module):
    """Five convolutions, each of which sees the outputs of all before it; `growth` channels a time. BCHW -> BCHW."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(features, growth, 3, padding=1)
        self.conv2 = nn.Conv2d(features + growth, growth, 3, padding=1)
        self.conv3 = nn.Conv2d(features + 2 * growth, growth, 3, padding=1)
        self.conv4 = nn.Conv2d(features + 3 * growth, growth, 3, padding=1)
        self.conv5 = nn.Conv2d(features + 4 * growth, features, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        seen = x
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4):
            seen = torch.cat([seen, F.leaky_relu_(conv(seen), _SLOPE)], dim=1)
        return torch.add(x, self.conv5(seen), alpha=_RESIDUAL)


class ResidualInResidual(nn.Module):
    """Three dense blocks and a residual round them. BCHW -> BCHW."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.rdb1 = DenseBlock(features, growth)
        self.rdb2 = DenseBlock(features, growth)
        self.rdb3 = DenseBlock(features, growth)

    def forward(self, x: Tensor) -> Tensor:
        return torch.add(x, self.rdb3(self.rdb2(self.rdb1(x))), alpha=_RESIDUAL)


class RRDBNet(nn.Module):
    """lr -> sr: BCHW float in [0, 1] -> BCHW float32, not clamped, enlarged by `scale`.

    `unshuffle` lr pixels a side are packed into channels first, so height and width are multiples of it; then the
    trunk is doubled in size until sr stands. Parameter names are those of Real-ESRGAN's files.
    """

    def __init__(
        self,
        scale: int = 4,
        features: int = 64,
        blocks: int = 23,
        growth: int = 32,
        unshuffle: int = 1,
        channels: int = 3,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.unshuffle = unshuffle
        self.doublings = (scale * unshuffle).bit_length() - 1
        self.halo = (15 * blocks + 5) * unshuffle - 1
        """Receptive radius in lr pixels; what can be felt of it ends far sooner."""
        self.conv_first = nn.Conv2d(channels * unshuffle**2, features, 3, padding=1)
        self.body = nn.Sequential(*(ResidualInResidual(features, growth) for _ in range(blocks)))
        self.conv_body = nn.Conv2d(features, features, 3, padding=1)
        for step in range(self.doublings):
            self.add_module(f"conv_up{step + 1}", nn.Conv2d(features, features, 3, padding=1))
        self.conv_hr = nn.Conv2d(features, features, 3, padding=1)
        self.conv_last = nn.Conv2d(features, channels, 3, padding=1)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing from torch's stubs

    def forward(self, lr: Tensor) -> Tensor:
        packed = F.pixel_unshuffle(lr.to(self.conv_first.weight.dtype), self.unshuffle)
        x = self.conv_first(packed.contiguous(memory_format=torch.channels_last))
        x = x + self.conv_body(self.body(x))
        for step in range(self.doublings):
            x = F.leaky_relu_(self.get_submodule(f"conv_up{step + 1}")(F.interpolate(x, scale_factor=2.0)), _SLOPE)
        sr: Tensor = self.conv_last(F.leaky_relu_(self.conv_hr(x), _SLOPE))
        return sr.float()
