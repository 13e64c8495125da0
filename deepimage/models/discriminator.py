"""The discriminator: a small U-Net that says for every 2x2 cell how much of the real thing an enlargement has.

As in Real-ESRGAN (Wang et al. 2021) it has spectral norms and skips; it looks at a pixel-unshuffled image, which
makes it some twenty times cheaper than at full size, so that a small generator is not dwarfed by its critic.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, leaky_relu, pixel_unshuffle
from torch.nn.utils.parametrizations import spectral_norm

_CELL = 2


class Discriminator(nn.Module):
    """An image, and beside it the lr that it is of, plainly enlarged: BCHW float in [0, 1], sides multiples of 8 ->
    logits (B,1,H/2,W/2), and the features on the way."""

    def __init__(self, features: int = 32) -> None:
        super().__init__()
        self.head = nn.Conv2d(2 * 3 * _CELL**2, features, 3, padding=1)
        self.down1 = _conv(features, 2 * features, 4, stride=2)
        self.down2 = _conv(2 * features, 4 * features, 4, stride=2)
        self.up2 = _conv(4 * features, 2 * features, 3)
        self.up1 = _conv(2 * features, features, 3)
        self.tail = nn.Sequential(_conv(features, features, 3), nn.LeakyReLU(0.2), nn.Conv2d(features, 1, 3, padding=1))

    @property
    def trunk(self) -> tuple[nn.Module, ...]:
        """All between the first and the last convolution."""
        return self.down1, self.down2, self.up2, self.up1, self.tail[0]

    def forward(self, image: Tensor, beside: Tensor) -> tuple[Tensor, list[Tensor]]:
        x0 = _act(self.head(pixel_unshuffle(torch.cat([image, beside], 1), _CELL) * 2 - 1))
        x1 = _act(self.down1(x0))
        x2 = _act(self.down2(x1))
        y1 = _act(self.up2(_doubled(x2))) + x1
        y0 = _act(self.up1(_doubled(y1))) + x0
        return self.tail(y0), [x0, x1, x2, y1, y0]


def _conv(inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Module:
    return spectral_norm(nn.Conv2d(inputs, outputs, kernel, stride, padding=1, bias=False))


def _act(x: Tensor) -> Tensor:
    return leaky_relu(x, 0.2)


def _doubled(x: Tensor) -> Tensor:
    return interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
