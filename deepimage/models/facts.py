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
    """A name in architectures.registry, or spandrel's behind `spandrel/`; `interpolation` has no file."""
    scale: int
    halo: int
    """Context that a tile needs on every side, lr pixels."""
    dtype_ok: tuple[str, ...]
    """Precisions in which the result is right: fp32, bf16, fp16."""
    channels: int = 3
    features: int = 0
    blocks: int = 0
    inner: int = 0
    """Channels inside: of a U-net's valley, of what each convolution adds to a dense block."""
    unshuffle: int = 1
    """lr pixels per side that the net packs into channels first."""
    multiple_of: int = 1
    """Height and width that the generator takes must be multiples of this."""
    exact_tiling: bool = True
    """Tiles with this halo equal the whole picture; false where the net looks at all of it at once."""
    keeps_extremes: bool = False
    """Pure white and pure black areas are to stay pure."""
    licence: str = ""
    """Of the weights, where known."""
    trained_on: str = ""
    steps: int = 0
    recipe_sha256: str = ""
    """Digest of the training recipe."""
    psnr_gain: Mapping[str, float] = field(default_factory=dict)
    """dB of PSNR-Y above Lanczos on the validation photos, by degradation."""


def to_metadata(facts: Facts) -> dict[str, str]:
    """Facts as the metadata of a .safetensors file."""
    return {_KEY: dumps(facts)}


def dumps(facts: Facts) -> str:
    """Facts as JSON."""
    return json.dumps(asdict(facts), sort_keys=True)


def loads(text: str) -> Facts:
    """The facts that `dumps` wrote, entries that this version does not know left aside. Raises ValueError."""
    known = {item.name for item in fields(Facts)}
    try:
        values: dict[str, Any] = {key: value for key, value in json.loads(text).items() if key in known}
        return Facts(**{**values, "dtype_ok": tuple(values["dtype_ok"])})
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ValueError("not the facts of a generator") from None


def read(path: Path) -> Facts | None:
    """The facts in a .safetensors file, None where deepimage did not write it. Raises CheckpointError."""
    try:
        with safe_open(path, "np") as file:
            metadata = file.metadata() or {}
        return loads(metadata[_KEY]) if _KEY in metadata else None
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"model {path}: not a readable .safetensors file ({error}); fetch it again") from None
    except ValueError:
        raise CheckpointError(f"model {path}: its facts are damaged; fetch it again") from None
