"""`deepimage models`: what there is, what it costs and where it comes from; proof, calibration, export."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from deepimage.errors import CheckpointError, DeepimageError
from deepimage.metrics.consistency import consistency_db
from deepimage.models import catalog
from deepimage.models.catalog import Model
from deepimage.models.facts import Facts, read
from deepimage.models.published.licences import LICENCES

if TYPE_CHECKING:
    from torch import nn

_DIALS = ("fidelity", "denoise")
_SIDE = 64  # lr pixels of the picture whose multiplications are counted
_SOUND = 15.0  # dB of the shrunken result against its input; below, the net shows something else


@dataclass(frozen=True)
class Info:
    """A model in figures. `parameters` and `macs`, multiplications per output pixel, are known once it was built."""

    name: str
    facts: Facts
    sha256: str
    size: int
    licence: str
    twins: dict[str, str]
    """Dial of the recipe -> the model that it mixes with."""
    parameters: int | None = None
    macs: float | None = None

    def to_json(self) -> str:
        """All figures."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def line(self) -> str:
        """For a list."""
        size = f"{self.size / 1e6:.2f} MB" if self.size else ""
        return f"{self.name:22} x{self.facts.scale}  {self.facts.arch:14} {size:>9}  {_gain(self.facts)}".rstrip()

    def lines(self) -> list[str]:
        """For a person who asks about this one."""
        return [f"{name:14}{value}" for name, value in self._entries() if value]

    def _entries(self) -> Iterator[tuple[str, object]]:
        facts = self.facts
        yield "name", self.name
        yield "architecture", facts.arch + (f", {facts.features} features, {facts.blocks} blocks" * bool(facts.blocks))
        yield "scale", facts.scale
        yield "parameters", self.parameters and f"{self.parameters:,}"
        yield "cost", self.macs and f"{self.macs:,.0f} multiplications per output pixel"
        yield "file", self.size and f"{self.size / 1e6:.2f} MB"
        yield "halo", f"{facts.halo} lr pixels" + ("" if facts.exact_tiling else "; seams of tiles may still show")
        yield "sides", f"multiples of {facts.multiple_of}" if facts.multiple_of > 1 else None
        yield "precision", ", ".join(facts.dtype_ok)
        yield "training", f"{facts.steps:,} steps on {facts.trained_on}" if facts.steps else None
        yield "gain", _gain(facts)
        for dial, twin in self.twins.items():
            yield dial, f"mixes with {twin}"
        yield "licence", self.licence
        yield "sha256", self.sha256 if self.size else None


@dataclass(frozen=True)
class Verdict:
    """Whether a model is what it should be, and what was found."""

    name: str
    sound: bool
    message: str


def listing() -> Iterator[Info]:
    """The shipped generators, then the interpolators, from their facts alone: no torch."""
    for name in (*catalog.shipped(), *catalog.INTERPOLATORS):
        yield _described(name, catalog.find(name))


def info(name: str) -> Info:
    """All about one model; builds it. Raises CheckpointError."""
    from deepimage.models.checkpoint import load

    generator = load(name).generator
    described = _described(name, catalog.find(name))
    parameters = sum(parameter.numel() for parameter in generator.parameters())
    return replace(described, parameters=parameters, macs=macs_per_pixel(generator, described.facts))


def verify(names: Iterable[str] = ()) -> Iterator[Verdict]:
    """Each of `names`, by default all that are shipped: has its digest, loads, and restores a small picture."""
    for name in names or catalog.shipped():
        try:
            yield _tried(name)
        except DeepimageError as error:
            yield Verdict(name, False, str(error))


def export(name: str, output: Path, fidelity: float | None = None, denoise: float | None = None) -> None:
    """Write the model as .onnx, or as .safetensors that spandrel reads. Raises CheckpointError."""
    from deepimage.models.checkpoint import load
    from deepimage.models.published.export import export as write

    write(load(name, fidelity=fidelity, denoise=denoise), output)


def calibrate(path: Path) -> tuple[Facts, Path | None]:
    """Measure a published file, whatever was measured before; its facts, and where they are kept.

    Raises CheckpointError, also for a file of deepimage's own, which carries its facts.
    """
    from deepimage.models.published.calibration import calibrate as measure

    if not path.is_file():
        raise CheckpointError(f"model {path}: no such file")
    if path.suffix == ".safetensors" and read(path):
        raise CheckpointError(f"model {path}: made by deepimage, so it carries its halo; there is nothing to measure")
    return measure(path, catalog.digest(path))


def macs_per_pixel(generator: "nn.Module", facts: Facts) -> float:
    """Multiplications (with their additions) of one output pixel."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    side = -(-_SIDE // facts.multiple_of) * facts.multiple_of
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        generator(torch.zeros(1, facts.channels, side, side))
    return float(counter.get_total_flops() / 2 / (side * facts.scale) ** 2)


def _described(name: str, model: Model) -> Info:
    return Info(
        name=model.name,
        facts=model.facts,
        sha256=model.sha256,
        size=model.path.stat().st_size if model.path else 0,
        licence=model.facts.licence or LICENCES.get(model.name, ""),
        twins={dial: twin for dial in _DIALS if (twin := catalog.twin(name, dial))},
    )


def _tried(name: str) -> Verdict:
    from deepimage.models.checkpoint import load
    from deepimage.models.restorer import Restorer

    checkpoint = load(name)
    y, x = np.mgrid[:48, :64]
    lr = np.stack([4 * x, 5 * y, 128 + 60 * np.sin(x * y / 99)], axis=-1).astype(np.uint8)
    nearness = consistency_db(lr, Restorer(checkpoint).restore(lr))
    found = f"sha256 {checkpoint.sha256[:12]}, loads, result {nearness:.1f} dB from its input"
    return Verdict(name, nearness > _SOUND, found)


def _gain(facts: Facts) -> str:
    return ", ".join(f"{name} {value:+.2f} dB over Lanczos" for name, value in facts.psnr_gain.items())
