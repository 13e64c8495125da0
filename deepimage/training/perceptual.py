"""A distance between the features of two images: LPIPS where its weights are given, random features otherwise."""

from collections.abc import Callable
from itertools import pairwise
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, relu

from deepimage.metrics.lpips import Lpips

_WIDTHS = (3, 32, 64, 128, 128)


class Distance(Protocol):
    """Features of an image, and the distance between two lists of them, one value a sample."""

    def features(self, x: Tensor) -> list[Tensor]: ...

    def compare(self, a: list[Tensor], b: list[Tensor]) -> Tensor: ...


def distance(weights: str | None) -> Distance:
    """LPIPS of a .safetensors file, or RandomFeatures. Raises CheckpointError."""
    return Lpips.load(weights) if weights else RandomFeatures()


def perceptual(net: Distance, sr: Tensor) -> Callable[[Tensor], Tensor]:
    """Mean distance from sr of the BCHW images that it is then given; sr is looked at once for all of them."""
    seen = net.features(sr)

    def of(hr: Tensor) -> Tensor:
        with torch.no_grad():
            target = net.features(hr)
        return net.compare(seen, target).mean()

    return of


class RandomFeatures(nn.Module):
    """Orthogonal random 3x3 filters of a fixed seed: the structure of a network alone already tells textures apart
    (Liu et al. 2021, "Generic perceptual loss")."""

    def __init__(self) -> None:
        super().__init__()
        rng = torch.Generator().manual_seed(0)
        for layer, (inputs, outputs) in enumerate(pairwise(_WIDTHS)):
            weight = torch.empty(outputs, inputs, 3, 3)
            nn.init.orthogonal_(weight, gain=2**0.5, generator=rng)
            self.register_buffer(f"weight{layer}", weight)

    def features(self, x: Tensor) -> list[Tensor]:
        tapped = []
        x = x * 2 - 1
        for layer in range(len(_WIDTHS) - 1):
            x = relu(conv2d(x, getattr(self, f"weight{layer}"), stride=2 if layer else 1, padding=1))
            tapped.append(x)
        return tapped

    def compare(self, a: list[Tensor], b: list[Tensor]) -> Tensor:
        terms = [
            (x - y).float().abs().mean((1, 2, 3)) / y.float().abs().mean().clamp(min=1e-3)
            for x, y in zip(a, b, strict=True)
        ]
        return torch.stack(terms).mean(0)
