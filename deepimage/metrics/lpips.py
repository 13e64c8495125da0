"""LPIPS: how far apart two pictures look to a network (Zhang et al. 2018), here SqueezeNet 1.1 (Iandola et al. 2016).

Conventions: RGB in [0, 1], whole picture, no resizing. Seven layers are compared, each feature vector scaled to unit
length; the squared differences are weighed per channel, averaged over the picture and added up. 0 = equal.
"""

from collections.abc import Iterator
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from deepimage.errors import CheckpointError

_TAPPED = {1: 64, 4: 128, 7: 256, 9: 384, 10: 384, 11: 512, 12: 512}
"""Layers that are compared, by their place in SqueezeNet, and their channels."""
_MEAN = (0.485, 0.456, 0.406)  # of ImageNet's RGB, which the network was trained on
_DEVIATION = (0.229, 0.224, 0.225)
SMALLEST = 17
"""Pixels a side below which a layer would be empty."""


class Fire(nn.Module):
    """Squeeze to few channels, expand by 1x1 and 3x3 convolutions side by side. BCHW -> BCHW."""

    def __init__(self, channels: int, squeezed: int, expanded: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.expand1x1 = nn.Conv2d(squeezed, expanded, 1)
        self.expand3x3 = nn.Conv2d(squeezed, expanded, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.squeeze(x))
        return F.relu(torch.cat([self.expand1x1(x), self.expand3x3(x)], dim=1))


class Lpips(nn.Module):
    """(B,3,H,W) float RGB in [0, 1], twice -> (B,) float32 distances, differentiable. Its weights are frozen.

    Under autocast the network runs in the lower precision, the comparison in float32. Raises ValueError below 17x17.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.network = nn.ModuleList(_squeezenet())
        self.heads = nn.ParameterList(torch.zeros(1, channels, 1, 1) for channels in _TAPPED.values())
        self.register_buffer("mean", torch.tensor(_MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(_DEVIATION).view(3, 1, 1), persistent=False)

    @classmethod
    def load(cls, path: str | Path) -> "Lpips":
        """Weights from a .safetensors file: keys `features.N...`, `linN.model.1.weight`. Raises CheckpointError."""
        lpips = cls()
        try:
            lpips.load_state_dict({_key(name): weight.float() for name, weight in load_file(path).items()})
        except (SafetensorError, OSError) as error:
            raise CheckpointError(f"LPIPS weights {path}: not a readable .safetensors file ({error})") from None
        except RuntimeError:
            raise CheckpointError(f"LPIPS weights {path}: expected SqueezeNet 1.1 features and LPIPS heads") from None
        lpips.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing from torch's stubs
        return lpips.eval().requires_grad_(False)

    def features(self, x: Tensor) -> list[Tensor]:
        """(B,3,H,W) in [0, 1] -> the seven compared layers, (B,C,h,w) each, not yet scaled to unit length."""
        if min(x.shape[-2:]) < SMALLEST:
            raise ValueError(f"LPIPS needs {SMALLEST} pixels a side, got {x.shape[-1]}x{x.shape[-2]}")
        x = ((x - self.mean) / self.deviation).contiguous(memory_format=torch.channels_last)
        tapped = []
        for place, layer in enumerate(self.network):
            x = layer(x)
            if place in _TAPPED:
                tapped.append(x)
        return tapped

    def compare(self, a: list[Tensor], b: list[Tensor]) -> Tensor:
        """Two results of `features` -> (B,) distances: features of a fixed target need computing only once."""
        distances = [_apart(x.float(), y.float(), head) for head, x, y in zip(self.heads, a, b, strict=True)]
        return torch.stack(distances).sum(dim=0)

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return self.compare(self.features(a), self.features(b))


def _squeezenet() -> Iterator[nn.Module]:
    """SqueezeNet 1.1 up to its last fire module, in order."""
    yield nn.Conv2d(3, 64, 3, stride=2)
    yield nn.ReLU()
    for squeezed, channels in ((16, (64, 128)), (32, (128, 256))):
        yield nn.MaxPool2d(3, 2, ceil_mode=True)
        yield from (Fire(c, squeezed, channels[1] // 2) for c in channels)
    yield nn.MaxPool2d(3, 2, ceil_mode=True)
    yield from (Fire(256, 48, 192), Fire(384, 48, 192), Fire(384, 64, 256), Fire(512, 64, 256))


def _apart(a: Tensor, b: Tensor, head: Tensor) -> Tensor:
    """Mean over places of the weighed squared difference of unit vectors: (B,C,h,w) twice -> (B,).

    Multiplied out, w(a/|a| - b/|b|)^2 = w a^2/|a|^2 + w b^2/|b|^2 - 2 w ab/|a||b|, so that every channel is read by
    three 1x1 convolutions: half the time of scaling the vectors.
    """
    both = torch.cat([torch.ones_like(head), head])
    with torch.autocast(a.device.type, enabled=False):
        (aa, waa), (bb, wbb) = (F.conv2d(x * x, both).clamp(min=1e-20).unbind(dim=1) for x in (a, b))
        wab = F.conv2d(a * b, head).squeeze(1)
    return (waa / aa + wbb / bb - 2 * wab * (aa * bb).rsqrt()).mean(dim=(1, 2)).clamp(min=0)


def _key(name: str) -> str:
    """features.3.squeeze.bias -> network.3.squeeze.bias; lin0.model.1.weight -> heads.0."""
    if name.startswith("lin"):
        return f"heads.{name[3:].partition('.')[0]}"
    return name.replace("features", "network", 1)
