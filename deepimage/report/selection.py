"""Which rows a person should see: the worst, a fair sample, examples of every error, groups of copies.

Every choice is "the smallest few by a key", so memory does not grow with the manifest, and the same rows
are chosen in whatever order the manifest's parts happen to be read.
"""

import hashlib
import heapq
import math
from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from deepimage.report.rows import TROUBLED, Manifest, Row, having, rows

PICTURES = 24
WORST = 12
EXAMPLES = 20
CODES = 16  # the contract has ten, and "failed"
GROUPS = 6
MEMBERS = 4
MAX_MEGAPIXELS = 200
"""Larger results are not decoded for the gallery."""

_SHOWN = ("input", "uri", "output", "width", "height", "output_width", "output_height", "consistency_db")

Ranked = tuple[tuple[float | str | bytes, ...], Row]
"""A row and the key by which it is chosen."""


@dataclass
class Group:
    """Copies of one picture: the canonical one, the first few others by name, and how many there are in all."""

    canonical: str
    others: list[str] = field(default_factory=list)
    size: int = 1

    @property
    def names(self) -> list[str]:
        return [self.canonical, *self.others]


@dataclass
class Selection:
    """What the report shows of the rows."""

    worst: list[Row] = field(default_factory=list)
    """`done` rows, lowest consistency first."""
    sample: list[Row] = field(default_factory=list)
    """`done` rows by chance, none of them among the worst."""
    errors: dict[str, list[Row]] = field(default_factory=dict)
    """Error code -> rows (input, error), by name."""
    exact: list[Group] = field(default_factory=list)
    near: list[Group] = field(default_factory=list)
    members: dict[str, Row] = field(default_factory=dict)
    """Input -> row (uri, megapixels) of every picture that a group names."""


def select(manifest: Manifest, seed: int = 0) -> Selection:
    """Choose in two passes over the manifest; the same seed chooses the same sample."""
    worst: list[Ranked] = []
    sample: list[Ranked] = []
    errors: dict[str, list[Ranked]] = {}
    exact: dict[str, Group] = {}
    near: dict[str, Group] = {}
    for batch in manifest():
        done = _shown(batch)
        worst = _smallest(worst, ((_badness(row), row) for row in done if _badness(row)[0] < math.inf), WORST)
        sample = _smallest(sample, ((_chance(row, seed), row) for row in done), PICTURES)
        _add_errors(errors, batch)
        _add_groups(exact, batch, "duplicate_of")
        _add_groups(near, batch, "near_duplicate_of")
    bad = {row["input"] for _, row in worst}
    others = [row for _, row in sample if row["input"] not in bad]
    groups = [*exact.values(), *near.values()]
    return Selection(
        worst=[row for _, row in worst],
        sample=others[: PICTURES - len(worst)],
        errors={code: [row for _, row in ranked] for code, ranked in errors.items()},
        exact=sorted(exact.values(), key=lambda group: group.canonical),
        near=sorted(near.values(), key=lambda group: group.canonical),
        members=_find(manifest, {name for group in groups for name in group.names}),
    )


def _smallest(kept: list[Ranked], more: Iterable[Ranked], number: int) -> list[Ranked]:
    return heapq.nsmallest(number, [*kept, *more], key=lambda ranked: ranked[0])


def _shown(batch: pa.RecordBatch) -> list[Row]:
    """`done` rows whose result may be decoded here."""
    done = rows(having(batch, "status", "done"), _SHOWN)
    return [row for row in done if 0 < (row["output_width"] or 0) * (row["output_height"] or 0) <= MAX_MEGAPIXELS * 1e6]


def _badness(row: Row) -> tuple[float, str]:
    value = row["consistency_db"]
    return (math.inf if value is None or math.isnan(value) else value, row["input"])


def _chance(row: Row, seed: int) -> tuple[bytes]:
    """A random number that belongs to the name and the seed, not to the order of reading."""
    return (hashlib.blake2b(f"{seed}/{row['input']}".encode(), digest_size=8).digest(),)


def _add_errors(errors: dict[str, list[Ranked]], batch: pa.RecordBatch) -> None:
    by_code: dict[str, list[Ranked]] = {}
    for row in rows(having(batch, "status", *TROUBLED), ("input", "status", "error_code", "error")):
        by_code.setdefault(row["error_code"] or row["status"], []).append(((row["input"],), row))
    for code, ranked in by_code.items():
        if code in errors or len(errors) < CODES:
            errors[code] = _smallest(errors.get(code, []), ranked, EXAMPLES)


def _add_groups(groups: dict[str, Group], batch: pa.RecordBatch, column: str) -> None:
    """Keep the first GROUPS canonical names. One that is dropped never returns, so the kept groups are complete."""
    copies = batch.filter(pc.is_valid(batch.column(column)))
    for row in rows(copies, ("input", column)):
        group = groups.setdefault(row[column], Group(row[column]))
        group.size += 1
        insort(group.others, row["input"])
        del group.others[MEMBERS:]
        if len(groups) > GROUPS:
            del groups[max(groups)]


def _find(manifest: Manifest, names: set[str]) -> dict[str, Row]:
    if not names:
        return {}
    found = (having(batch, "input", *names) for batch in manifest())
    return {row["input"]: row for batch in found for row in rows(batch, ("input", "uri", "megapixels"))}
