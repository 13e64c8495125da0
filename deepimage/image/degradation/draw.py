"""From a recipe and a random generator to operations with every number drawn."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from deepimage.image.degradation import blur, codecs, elements, jpeg, noise, resize, sharpen
from deepimage.image.degradation.canvas import Operation
from deepimage.image.degradation.filters import Filter
from deepimage.image.degradation.recipe import Degradation
from deepimage.image.degradation.shares import pick

Drawn = Operation | Filter

_KINDS: dict[type[elements.Step], type[Drawn]] = {
    elements.Defocus: blur.Defocus,
    elements.Blur: blur.Blur,
    elements.Motion: blur.Motion,
    elements.Aberration: blur.Aberration,
    elements.Sharpen: sharpen.Sharpen,
    elements.Noise: noise.Noise,
    elements.Sensor: noise.Sensor,
    elements.Blotches: noise.Blotches,
    elements.Resize: resize.Resize,
    elements.Jpeg: jpeg.Jpeg,
    elements.Webp: codecs.Webp,
    elements.Avif: codecs.Avif,
    elements.Png: codecs.Png,
}
_CELL = 16  # of a 4:2:0 file's chroma; its luma blocks of 8 are met at every offset too


def draw(degradation: Degradation, scale: int, rng: np.random.Generator) -> tuple[str, list[Drawn]]:
    """The name of a branch and its operations in order."""
    name = pick({name: branch.weight for name, branch in degradation.branches.items()}, rng)
    happening = (step for step in degradation.branches[name].steps if rng.random() < step.probability)
    return name, [op for step in happening for op in _operations(step, scale, rng)]


def _operations(step: elements.Step, scale: int, rng: np.random.Generator) -> list[Drawn]:
    return _hops(step, scale, rng) if isinstance(step, elements.Platform) else [_operation(step, scale, rng)]


def _hops(platform: elements.Platform, scale: int, rng: np.random.Generator) -> list[Drawn]:
    """Each hop's resize, sharpening and codec, from the largest to the size of lr."""
    count = round(platform.hops.draw(rng))
    sizes = sorted((min(platform.size.draw(rng), scale) for _ in range(count - 1)), reverse=True)
    hops: list[list[Drawn]] = [
        [resize.Resize(size, pick(platform.kernel, rng)), _codec(platform.codecs, scale, rng)] for size in sizes
    ]
    hops.append([resize.Resize(1, pick(platform.kernel, rng)), _codec(platform.last or platform.codecs, scale, rng)])
    if platform.sharpen and rng.random() < platform.sharpen.probability:
        hops[rng.integers(count)].insert(1, _operation(platform.sharpen, scale, rng))
    return [op for hop in hops for op in hop]


def _codec(codecs: Sequence[elements.AnyCodec], scale: int, rng: np.random.Generator) -> Drawn:
    return _operation(codecs[pick({place: c.probability for place, c in enumerate(codecs)}, rng)], scale, rng)


def _operation(step: elements.Step, scale: int, rng: np.random.Generator) -> Drawn:
    """The operation that bears the step's name, each of its fields drawn from the step's field of that name."""
    kind = _KINDS[type(step)]
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    values = {name: _value(getattr(step, name), rng) for name in names if name in type(step).model_fields}
    if isinstance(step, elements.Resize):
        values["size"] = min(values["size"], scale)
    if isinstance(step, elements.Sensor) and step.read is None:
        values["read"] = _read_noise(values["shot"], rng)
    if isinstance(step, elements.Jpeg | elements.Webp | elements.Avif):
        values["quality"] = round(values["quality"])
        values["top"], values["left"] = (
            rng.integers(0, _CELL, 2).tolist() if pick(step.grid, rng) == "random" else (0, 0)
        )
    if isinstance(step, elements.Jpeg):
        own = step.custom.get(values["tables"])
        values["own"] = (own.luma, own.chroma) if own else None
    if "seed" in names:
        values["seed"] = int(rng.integers(2**63))
    return kind(**values)


def _value(value: Any, rng: np.random.Generator) -> Any:
    """A draw from a distribution or from shares."""
    if isinstance(value, dict):
        return pick(value, rng)
    return value.draw(rng) if hasattr(value, "draw") else value


def _read_noise(shot: float, rng: np.random.Generator) -> float:
    """Variance of the read noise of a camera with this shot noise (Brooks et al. 2019, Unprocessing)."""
    return float(np.exp(2.18 * np.log(shot) + 1.20 + rng.normal(0, 0.26)))
