"""U-shaped trunk (Ronneberger et al. 2015): most of the work is done at half the resolution.

A convolution of twice the channels there costs as much as one up here, and sees twice as far: noise and blocks are
told from edges by what lies around them. Only convolutions: tiles with their halo equal the whole picture.
"""

from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle

from deepimage.models.architectures.residual import ResidualBlock

_BEFORE, _AFTER = 1, 2  # residual blocks at full resolution, before and after the valley


class UNetTrunk(nn.Module):
    """BCHW -> BCHW with `features` channels outside, `blocks` residual blocks of `inner` channels at half size.

    Height and width are multiples of two.
    """

    multiple_of = 2

    def __init__(self, features: int, blocks: int, inner: int) -> None:
        super().__init__()
        self.before = nn.Sequential(*(ResidualBlock(features) for _ in range(_BEFORE)))
        self.down = nn.Conv2d(features, inner, 2, stride=2)
        self.valley = nn.Sequential(*(ResidualBlock(inner) for _ in range(blocks)))
        self.up = nn.Conv2d(inner, 4 * features, 1)
        self.after = nn.Sequential(*(ResidualBlock(features) for _ in range(_AFTER)))
        self.radius = 2 * _BEFORE + 2 * (2 * blocks) + 1 + 2 * _AFTER
        """Receptive radius: a 3x3 convolution in the valley counts twice; a pixel shares its 2x2 cell."""

    def forward(self, x: Tensor) -> Tensor:
        x = self.before(x)
        risen = pixel_shuffle(self.up(self.valley(self.down(x))), 2)
        return self.after(risen.add_(x))
