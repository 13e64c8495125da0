"""Plain trunk: 3x3 convolutions and activations alone, re-parameterised while it learns.

Each layer is conv3x3 + conv1x1 + identity, summed in weight space (RepVGG, Ding et al. 2021; ECBSR, Zhang et al. 2021;
summed before the convolution as in OREPA, Hu et al. 2022), so that learning costs one convolution, as running does.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, pad


class PlainLayer(nn.Module):
    """prelu((W3 + W1 + I) * x). BCHW -> BCHW."""

    identity: Tensor

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(features, features, 3, padding=1)
        self.pointwise = nn.Parameter(torch.randn(features, features) * 0.1 / features**0.5)
        self.activation = nn.PReLU(features, init=0.2)
        self.register_buffer("identity", torch.eye(features), persistent=False)
        with torch.no_grad():
            self.conv.weight.mul_(0.3)

    def forward(self, x: Tensor) -> Tensor:
        centre = pad((self.pointwise + self.identity)[:, :, None, None], (1, 1, 1, 1))
        bias = self.conv.bias
        return self.activation(conv2d(x, (self.conv.weight + centre).to(x.dtype), bias, padding=1))


class PlainTrunk(nn.Sequential):
    """`blocks` plain layers of `features` channels. BCHW -> BCHW."""

    multiple_of = 1

    def __init__(self, features: int, blocks: int) -> None:
        super().__init__(*(PlainLayer(features) for _ in range(blocks)))
        self.radius = blocks
        """Receptive radius."""
