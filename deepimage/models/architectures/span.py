"""Trunk of swift parameter-free attention blocks (SPAN, Wan et al. 2024), without its re-parameterisation."""

import torch
from torch import Tensor, nn
from torch.nn.functional import silu


class AttentionBlock(nn.Module):
    """y = conv(silu(conv(silu(conv(x))))); (x + y) * (sigmoid(y) - 1/2) * 2. BCHW -> BCHW."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(features, features, 3, padding=1)
        self.conv2 = nn.Conv2d(features, features, 3, padding=1)
        self.conv3 = nn.Conv2d(features, features, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv3(silu(self.conv2(silu(self.conv1(x)))))
        return (x + y) * (torch.sigmoid(y) - 0.5) * 2


class SpanTrunk(nn.Sequential):
    """`blocks` attention blocks of `features` channels. BCHW -> BCHW."""

    multiple_of = 1

    def __init__(self, features: int, blocks: int) -> None:
        super().__init__(*(AttentionBlock(features) for _ in range(blocks)))
        self.radius = 3 * blocks
        """Receptive radius."""
