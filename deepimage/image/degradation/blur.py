"""What a lens and a hand do to a photo: defocus, Gaussian blur, motion and lateral chromatic aberration."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from deepimage.image.degradation.filters import Filter

_POINTS = 48  # of a motion path: less than a pixel apart up to a length of 48 pixels


@dataclass(frozen=True)
class Defocus(Filter):
    """An even disk; its transfer function is 2 J1(x) / x with x = 2 pi radius frequency."""

    radius: float

    @property
    def reach(self) -> float:
        return self.radius

    @staticmethod
    def transfer(u: Tensor, v: Tensor, radius: Tensor) -> Tensor:  # type: ignore[override]
        x = (2 * math.pi * radius * (u * u + v * v).sqrt()).clamp_(min=1e-3)
        return 2 * torch.special.bessel_j1(x) / x


@dataclass(frozen=True)
class Blur(Filter):
    """A Gaussian of standard deviation `sigma` along `angle` (degrees) and sigma * ratio across."""

    sigma: float
    ratio: float = 1.0
    angle: float = 0.0

    @property
    def reach(self) -> float:
        return 3 * self.sigma

    @staticmethod
    def transfer(u: Tensor, v: Tensor, sigma: Tensor, ratio: Tensor, angle: Tensor) -> Tensor:  # type: ignore[override]
        cos, sin = torch.cos(torch.deg2rad(angle)), torch.sin(torch.deg2rad(angle))
        along, across = u * cos + v * sin, (v * cos - u * sin) * ratio
        return torch.exp(-2 * (math.pi * sigma) ** 2 * (along * along + across * across))


@dataclass(frozen=True)
class Motion(Filter):
    """An even path of `length` whose middle runs along `angle`, turning by `bend` from end to end (degrees)."""

    length: float
    angle: float = 0.0
    bend: float = 0.0

    @property
    def reach(self) -> float:
        return self.length / 2

    @staticmethod
    def transfer(u: Tensor, v: Tensor, length: Tensor, angle: Tensor, bend: Tensor) -> Tensor:  # type: ignore[override]
        way = (torch.arange(_POINTS, device=u.device) + 0.5) / _POINTS - 0.5
        heading = torch.deg2rad(angle + bend * way).flatten(1)  # (n, points)
        x, y = (
            length.flatten(1) / _POINTS * (part.cumsum(1) - part / 2)
            for part in (torch.cos(heading), torch.sin(heading))
        )
        x, y = (part - part.mean(1, keepdim=True) for part in (x, y))
        across, down = _turns(x[:, :, None] * u.flatten(1)[:, None]), _turns(y[:, :, None] * v.flatten(1)[:, None])
        return (down.transpose(1, 2) @ across / _POINTS)[:, None]


@dataclass(frozen=True)
class Aberration(Filter):
    """Red moves by `shift` along `angle` (degrees), blue as far the other way, green stays."""

    shift: float
    angle: float = 0.0

    @property
    def reach(self) -> float:
        return self.shift

    @staticmethod
    def transfer(u: Tensor, v: Tensor, shift: Tensor, angle: Tensor) -> Tensor:  # type: ignore[override]
        way = shift * torch.tensor([1.0, 0.0, -1.0], device=u.device).view(1, 3, 1, 1)
        cos, sin = torch.cos(torch.deg2rad(angle)), torch.sin(torch.deg2rad(angle))
        return _turns(way * cos * u) * _turns(way * sin * v)


def _turns(turns: Tensor) -> Tensor:
    """exp(-2 pi i turns): a shift by x pixels at frequency u turns by u x."""
    angle = -2 * math.pi * turns
    return torch.complex(torch.cos(angle), torch.sin(angle))
