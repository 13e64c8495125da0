"""From index and manifest to the plan table: dedupe, decide, name; and what the plan means for OUTPUT."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from deepimage.batch.inventory import IDENTITY, present
from deepimage.batch.job import SUCCESS, Job
from deepimage.batch.plan import REMEMBERED, Planner, Twins, output_megapixels
from deepimage.batch.tables import FOLDER, ROWS_PER_PART, to_table
from deepimage.dedupe.exact import exact_duplicates
from deepimage.dedupe.groups import Thumbnails
from deepimage.stages.base import Row, Rows
from deepimage.storage.schema import FACTS, INDEX, INVENTORY

NearSearch = Callable[[pa.Table, Thumbnails], pa.Table]
_JUDGED = [*INVENTORY.names, "input_sha256", *FACTS.names, "status", "error_code", "error"]
_COMPARED = [*_JUDGED, "pdq", "pdq_quality"]


@dataclass(frozen=True)
class Plan:
    """What the plan comes to."""

    actions: dict[str, int]  # restore, alias, record, keep -> pictures
    megapixels_in: float  # of the pictures still to restore
    megapixels_out: float  # of their results
    whole: int  # pictures to restore
    strips: int  # pictures to restore that are too large to be held whole
    bands: int  # pictures to restore that are too large for one worker
    refused: dict[str, list[str]]  # error code or status -> inputs that will not be restored
    collisions: int  # outputs that could not have their first name

    @property
    def aliases(self) -> int:
        """Copies to make of other pictures' results."""
        return self.actions.get("alias", 0)

    @property
    def is_done(self) -> bool:
        """Whether earlier runs left nothing to do."""
        return set(self.actions) <= {"keep"}


def make_plan(job: Job, near_search: NearSearch) -> Plan:
    """Write the plan table anew; remove outputs that a killed run made and this plan does not know.

    The index stays in columns and only a part at a time becomes rows, so that memory holds many millions.
    """
    index = pa.concat_tables([INDEX.empty_table().select(_COMPARED), *present(job.inventory, job.index, _COMPARED)])
    previous = {row["input"]: row for part in job.manifest.latest(REMEMBERED) for row in part.to_pylist()}
    twins = _find_twins(job, index, previous, near_search)
    planner = Planner(
        recipe=job.recipe,
        scale=job.scale,
        stamp=job.stamp,
        twins=twins,
        previous=previous,
        standing={entry.key for entry in job.output.list() if not entry.key.startswith(f"{FOLDER}/")},
        formats=_formats(index, {head for head, _ in twins.near.values()}),
    )
    plan = _write_plan(job, planner, index.select(_JUDGED).sort_by("input"))
    if not plan.is_done and job.output.exists(SUCCESS):
        job.output.delete(SUCCESS)
    return plan


def _write_plan(job: Job, planner: Planner, index: pa.Table) -> Plan:
    """Part by part; the old plan goes last, for it knows what a killed run may have left."""
    old, strays, tally = job.plan.parts(), _strays(job, planner), _Tally()
    for part in chain(_unreadable(job), index.to_batches(ROWS_PER_PART)):
        rows = list(planner.plan(part.to_pylist()))
        strays.difference_update(row["output"] for row in rows)
        tally.add(rows)
        job.plan.append(rows)
    for key in strays:
        job.output.delete(key)
    job.plan.drop(old)
    return tally.plan(planner)


def _find_twins(job: Job, index: pa.Table, previous: dict[str, Row], near_search: NearSearch) -> Twins:
    """Exact copies first; only the canonical ones are compared for likeness."""
    good = index.filter(index["status"].is_null())
    copies = exact_duplicates(good)
    members = good.filter(
        pc.is_in(good["input"], pa.chunked_array([*copies["input"].chunks, *copies["duplicate_of"].chunks]))
    )
    contents = zip(members["input"].to_pylist(), members["input_sha256"].to_pylist(), strict=True)
    settled = {name for name, sha256 in contents if _is_restored(previous.get(name), sha256)}
    exact = _prefer(settled, copies.to_pylist())
    canonical = good.filter(pc.invert(pc.is_in(good["input"], pa.array(exact, pa.string()))))
    near = near_search(canonical, partial(_thumbnails, job)).to_pylist() if canonical.num_rows > 1 else []
    return Twins(exact, {row["input"]: (row["near_duplicate_of"], row["near_distance"]) for row in near})


def _thumbnails(job: Job, inputs: pa.ChunkedArray) -> Iterator[pa.Table]:
    """`input`, `lab` of some pictures: at 3 kB each, all of an archive's would not fit."""
    for part in present(job.inventory, job.index, [*IDENTITY, "lab"]):
        yield part.filter(pc.is_in(part["input"], inputs)).select(["input", "lab"]).drop_null()


def _formats(index: pa.Table, inputs: set[str]) -> dict[str, str]:
    rows = index.select(["input", "format"]).filter(pc.is_in(index["input"], pa.array(sorted(inputs), pa.string())))
    return dict(zip(rows["input"].to_pylist(), rows["format"].to_pylist(), strict=True))


def _is_restored(before: Row | None, sha256: str) -> bool:
    return before is not None and before["status"] == "done" and before["input_sha256"] == sha256


def _prefer(settled: set[str], copies: Rows) -> dict[str, str]:
    """input -> canonical input; a copy that an earlier run has restored stays canonical, so nothing is done twice."""
    groups: dict[str, list[str]] = {}
    for row in copies:
        groups.setdefault(row["duplicate_of"], [row["duplicate_of"]]).append(row["input"])
    chosen = {head: min(settled.intersection(members), default=head) for head, members in groups.items()}
    return {name: chosen[head] for head, members in groups.items() for name in members if name != chosen[head]}


def _unreadable(job: Job) -> Iterator[pa.Table]:
    """Inventory rows of what is no readable file: skipped by name."""
    for part in job.inventory.scan():
        rows = part.filter(part["problem"].is_valid()).to_pylist()
        if rows:
            nothing: Row = dict.fromkeys(_JUDGED)
            told = [nothing | row | {"status": "skipped", "error": row["problem"]} for row in rows]
            yield to_table(told, INDEX).select(_JUDGED)


def _strays(job: Job, planner: Planner) -> set[str]:
    """What an earlier plan put into OUTPUT and no manifest row names; unless the new plan does, it is to go."""
    planned = {key for part in job.plan.scan(["output"]) for key in part["output"].to_pylist()}
    return (planned & planner.standing) - {row["output"] for row in planner.previous.values()}


@dataclass
class _Tally:
    """What planned rows come to."""

    megapixels_in: float = 0.0
    megapixels_out: float = 0.0
    restored: int = 0
    strips: int = 0
    bands: int = 0
    refused: dict[str, list[str]] = field(default_factory=dict)

    def add(self, rows: Rows) -> None:
        for row in rows:
            if row["status"] in ("quarantined", "failed", "skipped"):
                self.refused.setdefault(row["error_code"] or row["status"], []).append(row["input"])
            if row["action"] == "restore":
                self.restored += 1
                self.megapixels_in += row["megapixels"]
                self.megapixels_out += output_megapixels(row)
                self.bands += bool(row["bands"])
                self.strips += bool(row["strips"]) and not row["bands"]

    def plan(self, planner: Planner) -> Plan:
        return Plan(
            actions=dict(planner.counts),
            megapixels_in=self.megapixels_in,
            megapixels_out=self.megapixels_out,
            whole=self.restored - self.strips - self.bands,
            strips=self.strips,
            bands=self.bands,
            refused=self.refused,
            collisions=planner.names.collisions,
        )
