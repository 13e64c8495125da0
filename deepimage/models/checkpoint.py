"""A checkpoint: weights with their facts, and the generator made of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save as serialize
from torch import Tensor, nn

from deepimage.models.architectures.registry import build
from deepimage.models.catalog import Model, find
from deepimage.models.facts import Facts, to_metadata
from deepimage.models.interpolator import Interpolator


@dataclass(frozen=True)
class Checkpoint:
    """A generator ready to run, with its facts; `sha256` is its file's, or stands for a mixture of two files."""

    name: str
    generator: nn.Module
    facts: Facts
    sha256: str


def save(path: Path, generator: nn.Module, facts: Facts, dtype: torch.dtype = torch.float16) -> None:
    """Write weights (as `dtype`) and facts as one file."""
    weights = {name: tensor.detach().to("cpu", dtype).contiguous() for name, tensor in generator.state_dict().items()}
    path.write_bytes(serialize(weights, to_metadata(facts)))


def load(
    name: str | Path, scale: float | None = None, fidelity: float | None = None, denoise: float | None = None
) -> Checkpoint:
    """Open what `catalog.find` finds; the generator holds float32 weights on the CPU. Raises CheckpointError."""
    model = find(name, scale, fidelity, denoise)
    return Checkpoint(model.name, _generator(model).eval(), model.facts, model.sha256)


def _generator(model: Model) -> nn.Module:
    if not model.path:
        return Interpolator(model.name, model.facts.scale)
    generator = build(model.path, model.facts)
    if model.twin:
        other = build(model.twin, model.facts)
        generator.load_state_dict(interpolate(generator.state_dict(), other.state_dict(), model.share))
    return generator


def interpolate(a: Mapping[str, Tensor], b: Mapping[str, Tensor], share: float) -> dict[str, Tensor]:
    """Weights that are `share` of a and the rest of b, float32: deep network interpolation (Wang et al. 2019).

    Both are state dicts of one graph, and one net a descendant of the other. Raises ValueError for unlike graphs.
    """
    if {name: tensor.shape for name, tensor in a.items()} != {name: tensor.shape for name, tensor in b.items()}:
        raise ValueError("weights of two different nets cannot be mixed")
    return {
        name: share * weight.float() + (1 - share) * b[name].float() if weight.is_floating_point() else weight
        for name, weight in a.items()
    }
