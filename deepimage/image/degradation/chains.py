"""Chains of steps: named ones with nothing random, and random ones of four severities.

A chain is a tuple of steps for one hr size, so it can be printed, stored and replayed. The severities follow DASR
(Liang et al. 2022); resizing and compressing twice with an unaligned grid follows FBCNN (Jiang et al. 2021).
"""

from collections.abc import Mapping
from typing import Literal, TypeVar, get_args

import numpy as np

from deepimage.image.degradation.steps import Blur, Chroma, Filter, Jpeg, Noise, Resize, Step

T = TypeVar("T")
Chain = tuple[Step, ...]
Severity = Literal["clean", "weak", "standard", "severe"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
MIXTURE: Mapping[Severity, float] = {"clean": 0.05, "weak": 0.25, "standard": 0.45, "severe": 0.25}

_FILTERS = {Filter.LANCZOS: 0.4, Filter.BICUBIC: 0.3, Filter.BOX: 0.15, Filter.BILINEAR: 0.1, Filter.HAMMING: 0.05}
_CHROMAS = {Chroma.YUV420: 0.75, Chroma.YUV422: 0.08, Chroma.YUV444: 0.17}


def bicubic(height: int, width: int, scale: int) -> Chain:
    """The clean reference: one antialiased bicubic resize of an hr image of this size."""
    return (Resize(width // scale, height // scale, Filter.BICUBIC),)


def instagram(height: int, width: int, scale: int) -> Chain:
    """Long side to 1080, JPEG 80, resize to hr / scale, JPEG 70: a photo saved from a feed and posted once more."""
    ratio = 1080 / max(height, width)
    return (
        Resize(round(width * ratio), round(height * ratio)),
        Jpeg(80),
        Resize(width // scale, height // scale),
        Jpeg(70),
    )


def random_chain(
    height: int, width: int, scale: int, rng: np.random.Generator, mixture: Mapping[Severity, float] = MIXTURE
) -> Chain:
    """A chain of a severity drawn from `mixture` (weights need not sum to 1), from hr size to hr / scale."""
    severity = _pick(mixture, rng)
    last = Resize(width // scale, height // scale, _pick(_FILTERS, rng))
    if severity == "clean":
        return (last,)
    if severity == "weak":
        return (*_hop(height, width, (0.5, 1.2), (80, 96), rng), last, _jpeg((75, 96), rng))
    if severity == "standard":
        first = _sometimes(0.3, _blur(1.2, rng), rng)
        noise = _sometimes(0.3, _noise(5, rng), rng)
        return (*first, *_hop(height, width, (0.35, 1.6), (60, 96), rng), last, *noise, _jpeg((55, 91), rng))
    first = _sometimes(0.7, _blur(2.5, rng), rng) + _sometimes(0.5, _noise(20, rng), rng)
    noise = _sometimes(0.5, _noise(12, rng), rng)
    return (*first, *_hop(height, width, (0.3, 1.2), (35, 91), rng), last, *noise, _jpeg((35, 86), rng))


def _hop(
    height: int, width: int, factors: tuple[float, float], quality: tuple[int, int], rng: np.random.Generator
) -> Chain:
    """One platform: resize to a size between `factors` of hr (log-uniform), then JPEG."""
    factor = np.exp(rng.uniform(*np.log(factors)))
    return (Resize(round(width * factor), round(height * factor), _pick(_FILTERS, rng)), _jpeg(quality, rng))


def _blur(largest: float, rng: np.random.Generator) -> Blur:
    along, across = rng.uniform(0.2, largest, 2)
    return Blur(along, across, rng.uniform(0, np.pi))


def _noise(largest: float, rng: np.random.Generator) -> Noise:
    return Noise(rng.uniform(0, largest), grey=bool(rng.random() < 0.4))


def _jpeg(quality: tuple[int, int], rng: np.random.Generator) -> Jpeg:
    """Quality in [low, high), and a random place of the 8x8 grid."""
    return Jpeg(int(rng.integers(*quality)), _pick(_CHROMAS, rng), *(int(n) for n in rng.integers(0, 8, 2)))


def _sometimes(probability: float, step: Step, rng: np.random.Generator) -> Chain:
    return (step,) if rng.random() < probability else ()


def _pick(weights: Mapping[T, float], rng: np.random.Generator) -> T:
    shares = np.array(list(weights.values()), dtype=float)
    return list(weights)[rng.choice(len(shares), p=shares / shares.sum())]
