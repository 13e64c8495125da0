"""A checkpoint: one .safetensors file that carries its weights and its facts.

Shipped checkpoints are opened by name and must match the digest that was published with them; anything else is opened
by path. Code reads the facts of the file, no setting repeats them.
"""

import difflib
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as serialize
from torch import Tensor, nn

from deepimage.errors import CheckpointError
from deepimage.models.generator import ResidualGenerator

_SHIPPED = resources.files("deepimage.models") / "weights"
_SUMS = "SHA256SUMS"
_KEY = "deepimage"  # the metadata entry that holds the facts, as JSON


@dataclass(frozen=True)
class Facts:
    """What a checkpoint says about itself."""

    arch: str
    """A name in ARCHITECTURES (or `interpolation`, which has no file)."""
    scale: int
    halo: int
    """Context that a tile needs on every side, lr pixels."""
    dtype_ok: tuple[str, ...]
    """Precisions in which the result is right: fp32, bf16, fp16."""
    channels: int = 3
    features: int = 0
    blocks: int = 0
    multiple_of: int = 1
    """Height and width that the generator takes must be multiples of this."""
    keeps_extremes: bool = False
    """Pure white and pure black areas are to stay pure."""
    trained_on: str = ""
    steps: int = 0
    recipe_sha256: str = ""
    """Digest of the training recipe."""
    psnr_gain: Mapping[str, float] = field(default_factory=dict)
    """dB of PSNR-Y above Lanczos on the validation photos, by degradation."""


@dataclass(frozen=True)
class Checkpoint:
    """A generator ready to run, with its facts; `sha256` is the digest of the file's bytes."""

    name: str
    generator: nn.Module
    facts: Facts
    sha256: str


def _residual(facts: Facts) -> nn.Module:
    return ResidualGenerator(facts.scale, facts.features, facts.blocks, facts.channels)


ARCHITECTURES: Mapping[str, Callable[[Facts], nn.Module]] = MappingProxyType({"residual": _residual})


def save(path: Path, generator: nn.Module, facts: Facts, dtype: torch.dtype = torch.float16) -> None:
    """Write weights (as `dtype`) and facts as one file."""
    weights = {name: tensor.detach().to("cpu", dtype).contiguous() for name, tensor in generator.state_dict().items()}
    path.write_bytes(serialize(weights, {_KEY: json.dumps(asdict(facts), sort_keys=True)}))


def load(path_or_name: str | Path) -> Checkpoint:
    """Open a shipped name or a file; the generator holds float32 weights on the CPU. Raises CheckpointError."""
    name = str(path_or_name)
    path, expected = _find(name)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    if expected not in (None, sha256):
        raise CheckpointError(f"model {name}: its file does not match {_SUMS}; install deepimage again")
    facts, weights = _read(path)
    try:
        generator = ARCHITECTURES[facts.arch](facts)
        generator.load_state_dict(weights)
    except (KeyError, RuntimeError, TypeError):
        raise CheckpointError(f"model {path}: its weights are not those of a {facts.arch} generator") from None
    return Checkpoint(path.stem, generator.eval(), facts, sha256)


@cache
def shipped() -> Mapping[str, str]:
    """Shipped names -> sha256 of their files."""
    lines = (_SHIPPED / _SUMS).read_text().splitlines()
    pairs = (line.split() for line in lines)
    return MappingProxyType({file.removesuffix(".safetensors"): sha256 for sha256, file in pairs})


def _find(name: str) -> tuple[Path, str | None]:
    """The file of a name or path, and the digest it must have."""
    if name in shipped():
        return Path(str(_SHIPPED / f"{name}.safetensors")), shipped()[name]
    if Path(name).is_file():
        return Path(name), None
    if Path(name).suffix or "/" in name:
        raise CheckpointError(f"model {name}: no such file")
    near = difflib.get_close_matches(name, shipped(), n=1, cutoff=0.4)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise CheckpointError(f"model {name}: unknown name; known: {', '.join(shipped())}, or a .safetensors file{hint}")


def _read(path: Path) -> tuple[Facts, dict[str, Tensor]]:
    try:
        with safe_open(path, "pt") as file:
            facts = _facts(path, file.metadata() or {})
            return facts, {key: file.get_tensor(key).float() for key in file.keys()}  # noqa: SIM118  # not a dict
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"model {path}: not a readable .safetensors file ({error}); fetch it again") from None


def _facts(path: Path, metadata: Mapping[str, str]) -> Facts:
    """Facts of a file; entries that this version does not know are left aside."""
    if _KEY not in metadata:
        raise CheckpointError(f"model {path}: no deepimage facts in it; expected a file made by `deepimage train`")
    known = {item.name for item in fields(Facts)}
    try:
        values: dict[str, Any] = {key: value for key, value in json.loads(metadata[_KEY]).items() if key in known}
        return Facts(**{**values, "dtype_ok": tuple(values["dtype_ok"])})
    except (ValueError, TypeError, KeyError, AttributeError):
        raise CheckpointError(f"model {path}: its facts are damaged; fetch it again") from None
