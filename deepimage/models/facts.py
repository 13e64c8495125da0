"""What a checkpoint says about itself, read from its file without loading a weight (or torch)."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from deepimage.errors import CheckpointError

_KEY = "deepimage"  # the metadata entry that holds the facts, as JSON


@dataclass(frozen=True)
class Facts:
    """Properties of a generator; code reads them, no setting repeats them."""

    arch: str
    """A name in checkpoint.ARCHITECTURES; `interpolation` has no file."""
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


def to_metadata(facts: Facts) -> dict[str, str]:
    """Facts as the metadata of a .safetensors file."""
    return {_KEY: json.dumps(asdict(facts), sort_keys=True)}


def read(path: Path) -> Facts:
    """The facts of a checkpoint file. Raises CheckpointError."""
    try:
        with safe_open(path, "np") as file:
            return _parse(path, file.metadata() or {})
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"model {path}: not a readable .safetensors file ({error}); fetch it again") from None


def _parse(path: Path, metadata: Mapping[str, str]) -> Facts:
    """Entries that this version does not know are left aside."""
    if _KEY not in metadata:
        raise CheckpointError(f"model {path}: no deepimage facts in it; expected a file made by `deepimage train`")
    known = {item.name for item in fields(Facts)}
    try:
        values: dict[str, Any] = {key: value for key, value in json.loads(metadata[_KEY]).items() if key in known}
        return Facts(**{**values, "dtype_ok": tuple(values["dtype_ok"])})
    except (ValueError, TypeError, KeyError, AttributeError):
        raise CheckpointError(f"model {path}: its facts are damaged; fetch it again") from None
