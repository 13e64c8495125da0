"""What is judged, on what and by what, as one typed, frozen object."""

import difflib
from collections.abc import Collection
from pathlib import Path
from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from deepimage.config import Limits, Recipe, Runtime, Section, Storage
from deepimage.image.degradation.fixed import FIXED
from deepimage.metrics.catalog import METRICS, usable

ORIGINAL = "original"
"""The system that does nothing: hr itself, judged beside the others."""
GIVEN = "given"
"""The degradation of pictures that are dirty already."""
_HEADLINES = ("lpips", "dss", "niqe", "consistency")
_SIZES = ("scale", "width", "height", "max_side")


class System(Recipe):
    """One contestant: a recipe whose size and runtime are the evaluation's. In YAML a model's name alone will do."""

    name: str = ""
    """How tables call it; the model's name by default."""

    @model_validator(mode="before")
    @classmethod
    def _named(cls, values: Any) -> Any:
        values = {"model": values} if isinstance(values, str) else values
        if not isinstance(values, dict) or values.get("name") or "model" not in values:
            return values
        return values | {"name": Path(str(values["model"])).stem}

    @model_validator(mode="after")
    def _takes_the_common_size(self) -> Self:
        for size in _SIZES:
            if getattr(self, size) is not None:
                raise ValueError(f"{size} of {self.name}: all systems share the evaluation's scale; leave it out")
        return self


class Evaluation(Section):
    """Systems x pictures x degradations."""

    pictures: tuple[str, ...] = Field(min_length=1)
    """Folders, buckets, archives or lists; hr where there are degradations, else lr."""
    systems: tuple[System, ...] = Field(min_length=1)
    output: str
    """Folder or bucket for the tables and the page; what is there already is not done again."""
    scale: int = Field(4, ge=1, le=16)
    degradations: tuple[str, ...] = ()
    """Names of image.degradation.fixed, mild to severe; none = the pictures are dirty already."""
    against_hr: str | None = None
    """Where the originals of dirty pictures are, under the same names whatever their suffix; none = there are none."""
    metrics: tuple[str, ...] = ()
    """Names of metrics.catalog; none = all that can be measured here."""
    headline: str | None = None
    """The metric by which pictures are worst or best; none = the first of lpips, dss, niqe, consistency there is."""
    lpips: Path | None = None
    """LPIPS weights; without them that metric is left out."""
    niqe: Path | None = None
    """NIQE parameters; without them that metric is left out."""
    limit: int | None = Field(None, ge=1)
    """Pictures of each folder, the first by name; none = all."""
    crop: int | None = Field(None, ge=16)
    """Only the middle of every picture is restored and judged, lr pixels a side; none = all of it."""
    focus: str | None = None
    """The system whose worst cases come first; none = the first that is no interpolator."""
    exhibits: int = Field(12, ge=0)
    """Pictures that the page shows at 1:1."""
    exhibit_side: int = Field(320, ge=32)
    """Side of what it shows of each, hr pixels."""
    limits: Limits = Limits()
    runtime: Runtime = Runtime()
    storage: Storage = Storage()

    @field_validator("degradations")
    @classmethod
    def _known_degradations(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return _known(names, FIXED)

    @field_validator("metrics")
    @classmethod
    def _known_metrics(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return _known(names, METRICS)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        names = [system.name for system in self.systems]
        for name in names:
            if names.count(name) > 1 or name == ORIGINAL:
                raise ValueError(f"systems: the name {name} is taken; give each a `name` of its own")
        if self.degradations and self.against_hr:
            raise ValueError("degradations and against_hr exclude each other: give one of them")
        if self.focus not in (None, *names):
            raise ValueError(f"focus: {self.focus} is none of the systems {', '.join(names)}")
        for name in (*self.metrics, *filter(None, [self.headline])):
            if name not in self.measured:
                needed = "its file" if METRICS[name].needs_file and name not in self.files else "an original"
                raise ValueError(f"metrics: {name} cannot be measured: it needs {needed}")
        return self

    @property
    def has_hr(self) -> bool:
        """Whether results are judged by an original."""
        return bool(self.degradations or self.against_hr)

    @property
    def files(self) -> dict[str, Path]:
        """Files of the metrics that have one."""
        return {name: path for name, path in (("lpips", self.lpips), ("niqe", self.niqe)) if path}

    @property
    def measured(self) -> tuple[str, ...]:
        """Names of the metrics, in the catalog's order."""
        return tuple(name for name in usable(self.has_hr, self.files) if name in (self.metrics or METRICS))

    @property
    def ranked_by(self) -> str:
        """The headline metric."""
        return self.headline or next((name for name in _HEADLINES if name in self.measured), self.measured[0])


def _known(names: tuple[str, ...], known: Collection[str]) -> tuple[str, ...]:
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ValueError(f"{name} is none of {', '.join(known)}{hint}")
    return names
