"""From index and manifest to the plan table: dedupe, decide, name; and what the plan means for OUTPUT."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from deepimage.batch.inventory import present
from deepimage.batch.job import SUCCESS, Job
from deepimage.batch.plan import REMEMBERED, Planner, Twins, output_megapixels
from deepimage.batch.tables import FOLDER, to_table
from deepimage.dedupe.exact import exact_duplicates
from deepimage.stages.base import Row, Rows
from deepimage.storage.schema import FACTS, INDEX, INVENTORY, PLAN

NearSearch = Callable[[pa.Table], pa.Table]
_JUDGED = [*INVENTORY.names, "input_sha256", *FACTS.names, "status", "error_code", "error"]
_COMPARED = [*_JUDGED, "pdq", "pdq_quality", "lab"]


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
    """Write the plan table anew; remove outputs that a killed run made and this plan does not know."""
    index = pa.concat_tables([INDEX.empty_table().select(_COMPARED), *present(job.inventory, job.index, _COMPARED)])
    previous = {row["input"]: row for part in job.manifest.latest(REMEMBERED) for row in part.to_pylist()}
    planner = Planner(
        recipe=job.recipe,
        scale=job.scale,
        stamp=job.stamp,
        twins=_find_twins(index, previous, near_search),
        previous=previous,
        standing={entry.key for entry in job.output.list() if not entry.key.startswith(f"{FOLDER}/")},
    )
    rows = list(planner.plan(_unreadable(job) + index.select(_JUDGED).sort_by("input").to_pylist()))
    _sweep(job, rows, planner)
    job.plan.replace([to_table(rows, PLAN)])
    if any(row["action"] != "keep" for row in rows) and job.output.exists(SUCCESS):
        job.output.delete(SUCCESS)
    return _plan_of(rows, planner)


def _find_twins(index: pa.Table, previous: dict[str, Row], near_search: NearSearch) -> Twins:
    """Exact copies first; only the canonical ones are compared for likeness."""
    good = index.filter(pa.compute.is_null(index["status"]))
    contents = zip(good["input"].to_pylist(), good["input_sha256"].to_pylist(), strict=True)
    settled = {name for name, sha256 in contents if _is_restored(previous.get(name), sha256)}
    exact = _prefer(settled, exact_duplicates(good).to_pylist())
    canonical = good.filter(pa.array([name not in exact for name in good["input"].to_pylist()], pa.bool_()))
    near = near_search(canonical).to_pylist() if canonical.num_rows > 1 else []
    return Twins(exact, {row["input"]: (row["near_duplicate_of"], row["near_distance"]) for row in near})


def _is_restored(before: Row | None, sha256: str) -> bool:
    return before is not None and before["status"] == "done" and before["input_sha256"] == sha256


def _prefer(settled: set[str], copies: Rows) -> dict[str, str]:
    """input -> canonical input; a copy that an earlier run has restored stays canonical, so nothing is done twice."""
    groups: dict[str, list[str]] = {}
    for row in copies:
        groups.setdefault(row["duplicate_of"], [row["duplicate_of"]]).append(row["input"])
    chosen = {head: min(settled.intersection(members), default=head) for head, members in groups.items()}
    return {name: chosen[head] for head, members in groups.items() for name in members if name != chosen[head]}


def _unreadable(job: Job) -> Rows:
    """Inventory rows of what is no readable file: skipped by name."""
    nothing: Row = dict.fromkeys(_JUDGED)
    return [
        nothing | row | {"status": "skipped", "error": row["problem"]}
        for part in job.inventory.scan()
        for row in part.filter(part["problem"].is_valid()).to_pylist()
    ]


def _sweep(job: Job, rows: Rows, planner: Planner) -> None:
    """Delete what an earlier plan put into OUTPUT and neither a manifest row nor this plan names."""
    named = {row["output"] for row in rows} | {row["output"] for row in planner.previous.values()}
    planned = {key for part in job.plan.scan(["output"]) for key in part["output"].to_pylist()}
    for key in (planned & planner.standing) - named:
        job.output.delete(key)


def _plan_of(rows: Rows, planner: Planner) -> Plan:
    refused: dict[str, list[str]] = {}
    for row in rows:
        if row["status"] in ("quarantined", "failed", "skipped"):
            refused.setdefault(row["error_code"] or row["status"], []).append(row["input"])
    restored = [row for row in rows if row["action"] == "restore"]
    megapixels_in = sum(row["megapixels"] for row in restored)
    megapixels_out = sum(output_megapixels(row) for row in restored)
    bands = sum(bool(row["bands"]) for row in restored)
    strips = sum(bool(row["strips"]) for row in restored) - bands
    return Plan(
        actions=dict(planner.counts),
        megapixels_in=megapixels_in,
        megapixels_out=megapixels_out,
        whole=len(restored) - strips - bands,
        strips=strips,
        bands=bands,
        refused=refused,
        collisions=planner.names.collisions,
    )
