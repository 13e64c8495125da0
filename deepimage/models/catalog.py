"""Every name that can stand after `--model`: a shipped generator, a checkpoint file, an interpolator.

Shipped files must match the digest that was published with them. Nothing is loaded here, so a plan needs no torch.
"""

import difflib
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from deepimage.errors import CheckpointError
from deepimage.image import fractal
from deepimage.image.interpolation import KERNELS
from deepimage.models.facts import Facts, read
from deepimage.models.published.description import describe

INTERPOLATORS = (*KERNELS, "fractal")
_DEFAULT_SCALE = 4  # of an interpolator whose recipe names no size
_SHIPPED = resources.files("deepimage.models") / "weights"
_SUMS = "SHA256SUMS"
_NOISY: Mapping[str, str] = MappingProxyType({"realesr-general-x4v3": "realesr-general-wdn-x4v3"})
"""Published nets that remove noise -> their twins that leave it (Real-ESRGAN's denoise strength)."""


@dataclass(frozen=True)
class Model:
    """A generator by name: its facts, the digest of its file, and the file (an interpolator has none).

    Where a `twin` is given, the weights are `share` of the file's own and the rest of the twin's, and the digest is
    derived from both files and the share.
    """

    name: str
    facts: Facts
    sha256: str
    path: Path | None = None
    twin: Path | None = None
    share: float = 1.0


def find(
    name: str | Path, scale: float | None = None, fidelity: float | None = None, denoise: float | None = None
) -> Model:
    """The model of that name or path; an interpolator takes the whole factor at or above `scale`.

    `fidelity` mixes a model (1) with its psnr twin (0), `denoise` one that removes noise (1) with its twin that leaves
    it (0); none leaves the model as it is. Raises CheckpointError for an unknown name, a missing file, one that is no
    checkpoint, an altered shipped one, or a twin that there is not.
    """
    name = str(name)
    model = _interpolator(name, scale) if name in INTERPOLATORS else _opened(name)
    for dial, share in (("fidelity", fidelity), ("denoise", denoise)):
        if share is not None:
            model = _mixed(model, _opened(_need_twin(name, dial)), share)
    return model


def twin(name: str | Path, dial: str) -> str | None:
    """Name or path of the model that the dial (fidelity, denoise) mixes that one with, where there is such a one."""
    path = Path(name)
    stem = f"{path.stem}-psnr" if dial == "fidelity" else _NOISY.get(path.stem)
    other = str(path.with_stem(stem)) if path.name and stem else ""
    return other if other in shipped() or Path(other).is_file() else None


def digest(path: Path) -> str:
    """sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def shipped() -> Mapping[str, str]:
    """Shipped names -> sha256 of their files."""
    lines = (_SHIPPED / _SUMS).read_text().splitlines()
    pairs = (line.split() for line in lines)
    return MappingProxyType({file.removesuffix(".safetensors"): sha256 for sha256, file in pairs})


def _interpolator(name: str, scale: float | None) -> Model:
    whole = max(math.ceil(scale or _DEFAULT_SCALE), 1)
    halo = fractal.halo(whole) if name == "fractal" else KERNELS[name].halo
    facts = Facts(arch="interpolation", scale=whole, halo=halo, dtype_ok=("fp32",))
    return Model(name, facts, sha256=f"{name}-x{whole}")


def _opened(name: str) -> Model:
    path = _path(name)
    sha256 = digest(path)
    if shipped().get(name, sha256) != sha256:
        raise CheckpointError(f"model {name}: its file does not match {_SUMS}; install deepimage again")
    own = read(path) if path.suffix == ".safetensors" else None
    return Model(path.stem, own or describe(path, sha256), sha256, path)


def _mixed(model: Model, other: Model, share: float) -> Model:
    """The ends are the two files themselves."""
    if share in (0, 1):
        return model if share else other
    if model.twin:
        raise CheckpointError(f"model {model.name}: fidelity and denoise both mix its weights; set one of them to 1")
    if _graph(model.facts) != _graph(other.facts):
        raise CheckpointError(f"model {model.name}: {other.name} is another net, so their weights cannot be mixed")
    facts = replace(
        model.facts,
        halo=max(model.facts.halo, other.facts.halo),
        dtype_ok=tuple(name for name in model.facts.dtype_ok if name in other.facts.dtype_ok),
    )
    digest = hashlib.sha256(f"{model.sha256} {other.sha256} {float(share)}".encode()).hexdigest()
    return replace(model, facts=facts, sha256=digest, twin=other.path, share=float(share))


def _graph(facts: Facts) -> tuple[object, ...]:
    """Equal where two files hold the same tensors."""
    return facts.arch, facts.scale, facts.channels, facts.features, facts.blocks, facts.inner, facts.unshuffle


def _need_twin(name: str, dial: str) -> str:
    found = twin(name, dial)
    if found is None:
        raise CheckpointError(f"{dial}: {name} has no twin to mix with; leave it out")
    return found


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
    raise CheckpointError(
        f"model {name}: unknown name; known: {', '.join(known)}, or a .safetensors or .pth file{hint}"
    )
