"""Noise: white Gaussian, shot and read noise of a sensor in linear light, and what denoisers leave of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from deepimage.image.degradation.canvas import Canvas, Operation

GAMMA = 2.2
_LUMA = (0.299, 0.587, 0.114)  # BT.601, as in JPEG
_CB, _CR = (0.0, -0.344136, 1.772), (1.402, -0.714136, 0.0)  # what one of Cb, Cr adds to R, G, B


@dataclass(frozen=True)
class Noise(Operation):
    """White Gaussian noise of `sigma` 8-bit steps, `channels` independent ones (rgb) or one for all (grey)."""

    sigma: float
    channels: str = "rgb"
    seed: int = 0

    @classmethod
    def apply(cls, canvas: Canvas, operations: Sequence["Noise"]) -> Canvas:
        noise = normals(canvas, [(op.seed, 3 if op.channels == "rgb" else 1) for op in operations])
        sigmas = canvas.column([op.sigma / 255 for op in operations])
        return canvas.painted((canvas.pixels + sigmas * noise).clamp_(0, 1))


@dataclass(frozen=True)
class Sensor(Operation):
    """Noise of variance `shot` x + `read` where x in [0, 1] is the linear light that arrives, 1 / gain of the scene's.

    Foi et al. 2008. The result is amplified by gain ** relight.
    """

    gain: float
    shot: float
    read: float
    relight: float = 1.0
    seed: int = 0

    @classmethod
    def apply(cls, canvas: Canvas, operations: Sequence["Sensor"]) -> Canvas:
        gain, shot, read, amplification = (
            canvas.column(column)
            for column in zip(*((op.gain, op.shot, op.read, op.gain**op.relight) for op in operations), strict=True)
        )
        light = canvas.pixels.pow(GAMMA) / gain
        deviation = (light * shot).add_(read).sqrt_()
        noisy = deviation.mul_(normals(canvas, [(op.seed, 3) for op in operations])).add_(light)
        return canvas.painted(noisy.mul_(amplification).clamp_(0, 1).pow_(1 / GAMMA))


@dataclass(frozen=True)
class Blotches(Operation):
    """Stains of Cb and Cr, `sigma` 8-bit steps high, `spread` lr pixels wide, over a luma smoothed by `smoothing`."""

    sigma: float
    spread: float
    smoothing: float = 0.0
    seed: int = 0

    @classmethod
    def apply(cls, canvas: Canvas, operations: Sequence["Blotches"]) -> Canvas:
        stains = _blurred(
            canvas, normals(canvas, [(op.seed, 2) for op in operations]), [op.spread for op in operations]
        )
        stains = stains * canvas.column([op.sigma / 255 for op in operations])
        to_rgb = torch.tensor([_CB, _CR], device=stains.device)
        luma = torch.einsum("bchw,c->bhw", canvas.pixels, torch.tensor(_LUMA, device=stains.device))[:, None]
        smooth = _blurred(canvas, luma, [op.smoothing for op in operations], keep="sum")
        colour = torch.einsum("bkhw,kc->bchw", stains, to_rgb)
        return canvas.painted((canvas.pixels + (smooth - luma) + colour).clamp_(0, 1))


def normals(canvas: Canvas, draws: Sequence[tuple[int, int]]) -> Tensor:
    """Standard normal numbers for (seed, channels) of each picture; (B,C,H,W), zero beyond the picture.

    A picture's numbers depend on its seed, its channels, its size and the kind of device only. One channel stands for
    three where the batch holds both.
    """
    height, width = canvas.pixels.shape[2:]
    most = max(channels for _, channels in draws)
    planes = []
    for (seed, channels), (h, w) in zip(draws, canvas.sizes, strict=True):
        generator = torch.Generator(canvas.pixels.device).manual_seed(seed)
        drawn = torch.randn(channels, h, w, generator=generator, device=canvas.pixels.device)
        planes.append(F.pad(drawn, (0, width - w, 0, height - h)).expand(most, -1, -1))
    return torch.stack(planes)


def _blurred(canvas: Canvas, planes: Tensor, sigmas: Sequence[float], keep: str = "variance") -> Tensor:
    """Gaussian of `sigmas` lr pixels on (B,C,H,W), which keeps the variance of white noise, or sums; exact at edges."""
    rows, columns = (
        torch.stack(
            [
                _gaussian(size[axis], planes.shape[axis + 2], sigma * unit, keep, planes.device)
                for size, sigma, unit in zip(canvas.sizes, sigmas, canvas.units, strict=True)
            ]
        )[:, None]
        for axis in (0, 1)
    )
    return rows @ planes @ columns.transpose(2, 3)


def _gaussian(length: int, side: int, sigma: float, keep: str, device: torch.device) -> Tensor:
    """(side, side) matrix that blurs the first `length` of `side` values, with rows of norm (variance) or sum one."""
    distance = torch.arange(1 - length, length, device=device) / max(sigma, 0.05)
    weights = torch.exp(-0.5 * distance * distance).unfold(0, length, 1).flip(0)  # row i begins at distance -i
    total = weights.sum(1, keepdim=True) if keep == "sum" else weights.square().sum(1, keepdim=True).sqrt()
    return F.pad(weights / total, (0, side - length, 0, side - length))
