"""Every name that can stand after `--model`: a shipped generator, a checkpoint file, an interpolator.

Shipped files must match the digest that was published with them. Nothing is loaded here, so a plan needs no torch.
"""

import difflib
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from deepimage.errors import CheckpointError
from deepimage.image.interpolation import KERNELS
from deepimage.models.facts import Facts, read

INTERPOLATORS = tuple(KERNELS)
_DEFAULT_SCALE = 4  # of an interpolator whose recipe names no size
_SHIPPED = resources.files("deepimage.models") / "weights"
_SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Model:
    """A generator by name: its facts, the digest of its file, and the file (an interpolator has none)."""

    name: str
    facts: Facts
    sha256: str
    path: Path | None = None


def find(name: str | Path, scale: float | None = None) -> Model:
    """The model of that name or path; an interpolator takes the whole factor at or above `scale`.

    Raises CheckpointError for an unknown name, a missing file, one that is no checkpoint, or an altered shipped one.
    """
    name = str(name)
    if name in KERNELS:
        return _interpolator(name, max(math.ceil(scale or _DEFAULT_SCALE), 1))
    path = _path(name)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    if shipped().get(name, sha256) != sha256:
        raise CheckpointError(f"model {name}: its file does not match {_SUMS}; install deepimage again")
    return Model(path.stem, read(path), sha256, path)


@cache
def shipped() -> Mapping[str, str]:
    """Shipped names -> sha256 of their files."""
    lines = (_SHIPPED / _SUMS).read_text().splitlines()
    pairs = (line.split() for line in lines)
    return MappingProxyType({file.removesuffix(".safetensors"): sha256 for sha256, file in pairs})


def _interpolator(kernel: str, scale: int) -> Model:
    facts = Facts(arch="interpolation", scale=scale, halo=KERNELS[kernel].halo, dtype_ok=("fp32",))
    return Model(kernel, facts, sha256=f"{kernel}-x{scale}")


def _path(name: str) -> Path:
    if name in shipped():
        return Path(str(_SHIPPED / f"{name}.safetensors"))
    if Path(name).is_file():
        return Path(name)
    if Path(name).suffix or "/" in name:
        raise CheckpointError(f"model {name}: no such file")
    known = [*shipped(), *INTERPOLATORS]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise CheckpointError(f"model {name}: unknown name; known: {', '.join(known)}, or a .safetensors file{hint}")
