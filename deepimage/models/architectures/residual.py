"""Residual trunk: every block adds conv-ReLU-conv of its input to it (EDSR, Lim et al. 2017)."""

import torch
from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """x + conv(relu(conv(x))). BCHW -> BCHW."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(features, features, 3, padding=1)
        self.conv2 = nn.Conv2d(features, features, 3, padding=1)
        with torch.no_grad():
            self.conv2.weight.mul_(0.1)  # a block starts near the identity: a deep plain net learns from step one

    def forward(self, x: Tensor) -> Tensor:
        return self.conv2(self.conv1(x).relu_()).add_(x)  # no convolution keeps its output for backward: both in place


class ResidualTrunk(nn.Sequential):
    """`blocks` residual blocks of `features` channels. BCHW -> BCHW."""

    multiple_of = 1

    def __init__(self, features: int, blocks: int) -> None:
        super().__init__(*(ResidualBlock(features) for _ in range(blocks)))
        self.radius = 2 * blocks
        """Receptive radius: one pixel for each 3x3 convolution."""
