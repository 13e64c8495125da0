"""Sharpening that leaves halos."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from deepimage.image.degradation.filters import Filter


@dataclass(frozen=True)
class Sharpen(Filter):
    """Unsharp masking: x + amount (x - Gaussian of standard deviation `radius`); clipping flattens the halos."""

    amount: float
    radius: float

    @property
    def reach(self) -> float:
        return 3 * self.radius

    @staticmethod
    def transfer(u: Tensor, v: Tensor, amount: Tensor, radius: Tensor) -> Tensor:  # type: ignore[override]
        return 1 + amount * (1 - torch.exp(-2 * (math.pi * radius) ** 2 * (u * u + v * v)))
