"""The cells of an evaluation: one row for every system, picture and degradation, before and after it is filled.

A cell's `cell` is a digest of all that its figures depend on, so that what an earlier run filled is known again.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

import pyarrow as pa

from deepimage.errors import UsageError
from deepimage.evaluation.config import GIVEN, ORIGINAL, Evaluation
from deepimage.metrics.catalog import METRICS
from deepimage.models.catalog import Model, shipped
from deepimage.stages.base import Row, Rows
from deepimage.storage.sources import inventory

CELLS = pa.schema(
    {
        "cell": pa.string(),
        "system": pa.string(),
        "kind": pa.string(),  # interpolator | shipped | published | original
        "set": pa.string(),  # the last part of the address that the picture came from
        "input": pa.string(),  # the picture's key there
        "degradation": pa.string(),
        "index": pa.int32(),  # of the picture in its set: seeds the degradation
        "uri": pa.string(),
        "hr_uri": pa.string(),  # the original of a picture that is dirty already
        "status": pa.string(),  # done | quarantined | failed
        "error_code": pa.string(),
        "error": pa.string(),
        "width": pa.int32(),  # of the result
        "height": pa.int32(),
        "megapixels": pa.float64(),
        "seconds": pa.float64(),  # of restoring alone, decoding and judging left out
        "megapixels_per_second": pa.float64(),
        **dict.fromkeys(METRICS, pa.float64()),  # null where the picture is too small for it, or nobody asked
        "exhibit": pa.large_binary(),  # JPEG of the part that the page shows
    }
)
SETTLED = ("done", "quarantined")
"""Statuses that another run would only repeat."""


def plan(config: Evaluation, models: Mapping[str, Model]) -> Iterator[Rows]:
    """All cells, picture by picture, so that one is opened once for all systems. `models` by system name.

    Raises UsageError for an empty set of pictures, StorageError where one cannot be listed.
    """
    originals = _originals(config)
    settings = _Settings(config, models)
    for name, url in _sets(config).items():
        pictures = sorted(inventory(url, config.storage), key=lambda row: row["input"])[: config.limit]
        if not pictures:
            raise UsageError(f"pictures: nothing is stored at {url}")
        for index, picture in enumerate(pictures):
            row = {"set": name, "index": index} | _identity(picture, originals, config)
            for degradation in config.degradations or (GIVEN,):
                yield [settings.cell(row | {"degradation": degradation}, system) for system in settings.systems]


class _Settings:
    """What every cell of one system has in common."""

    def __init__(self, config: Evaluation, models: Mapping[str, Model]) -> None:
        self._common = [
            config.scale,
            config.crop,
            config.exhibit_side,
            config.measured,
            {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in config.files.items()},
        ]
        self._kinds = {name: _kind(model) for name, model in models.items()}
        self._digests = {system.name: system.digest(models[system.name].sha256) for system in config.systems}
        if config.has_hr:
            self._kinds |= {ORIGINAL: ORIGINAL}
            self._digests |= {ORIGINAL: ORIGINAL}

    @property
    def systems(self) -> tuple[str, ...]:
        return tuple(self._digests)

    def cell(self, row: Row, system: str) -> Row:
        """`row` as a cell of that system; what is the matter with a picture is every cell's matter."""
        facts = [self._common, self._digests[system], sorted(row.items())]
        digest = hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()[:24]
        return row | {"cell": digest, "system": system, "kind": self._kinds[system]}


def _kind(model: Model) -> str:
    if model.path is None:
        return "interpolator"
    return "shipped" if model.name in shipped() else "published"


def _sets(config: Evaluation) -> dict[str, str]:
    """Name -> address of every set of pictures."""
    sets: dict[str, str] = {}
    for url in config.pictures:
        name = PurePosixPath(url).name or url
        if name in sets:
            raise UsageError(
                f"pictures: {sets[name]} and {url} are both called {name}: rename one, or judge them apart"
            )
        sets[name] = url
    return sets


def _identity(picture: Row, originals: Mapping[str, str] | None, config: Evaluation) -> Row:
    """What names a picture and its version, with the verdict on one that cannot be opened."""
    row = {name: picture[name] for name in ("input", "uri", "size", "version")}
    problem = picture["problem"]
    if originals is not None:
        row["hr_uri"] = originals.get(_stem(row["input"])) or originals.get(PurePosixPath(row["input"]).stem)
        if not problem and not row["hr_uri"]:
            problem = f"no picture of that name in {config.against_hr}"
    return row | ({"status": "quarantined", "error": problem} if problem else {})


def _originals(config: Evaluation) -> dict[str, str] | None:
    """Addresses of the originals by key, and by name alone, without suffix."""
    if not config.against_hr:
        return None
    found: dict[str, str] = {}
    for row in inventory(config.against_hr, config.storage):
        if not row["problem"]:
            found[_stem(row["input"])] = row["uri"]
            found.setdefault(PurePosixPath(row["input"]).stem, row["uri"])
    if not found:
        raise UsageError(f"against_hr: nothing is stored at {config.against_hr}")
    return found


def _stem(key: str) -> str:
    return str(PurePosixPath(key).with_suffix(""))
