"""A checkpoint: one .safetensors file that carries its weights and its facts, and the generator made of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as serialize
from torch import nn

from deepimage.errors import CheckpointError
from deepimage.models.catalog import Model, find
from deepimage.models.facts import Facts, to_metadata
from deepimage.models.generator import ResidualGenerator
from deepimage.models.interpolator import Interpolator


@dataclass(frozen=True)
class Checkpoint:
    """A generator ready to run, with its facts; `sha256` is the digest of the file's bytes."""

    name: str
    generator: nn.Module
    facts: Facts
    sha256: str


def _residual(model: Model) -> nn.Module:
    facts = model.facts
    return ResidualGenerator(facts.scale, facts.features, facts.blocks, facts.channels)


def _interpolation(model: Model) -> nn.Module:
    return Interpolator(model.name, model.facts.scale)


ARCHITECTURES: Mapping[str, Callable[[Model], nn.Module]] = MappingProxyType(
    {"residual": _residual, "interpolation": _interpolation}
)


def save(path: Path, generator: nn.Module, facts: Facts, dtype: torch.dtype = torch.float16) -> None:
    """Write weights (as `dtype`) and facts as one file."""
    weights = {name: tensor.detach().to("cpu", dtype).contiguous() for name, tensor in generator.state_dict().items()}
    path.write_bytes(serialize(weights, to_metadata(facts)))


def load(name: str | Path, scale: float | None = None) -> Checkpoint:
    """Open what `catalog.find` finds; the generator holds float32 weights on the CPU. Raises CheckpointError."""
    model = find(name, scale)
    try:
        generator = ARCHITECTURES[model.facts.arch](model)
        if model.path:
            generator.load_state_dict({key: value.float() for key, value in load_file(model.path).items()})
    except (KeyError, RuntimeError, TypeError):
        arch = model.facts.arch
        raise CheckpointError(f"model {model.path}: its weights are not those of a {arch} generator") from None
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"model {model.path}: not a readable .safetensors file ({error})") from None
    return Checkpoint(model.name, generator.eval(), model.facts, model.sha256)
