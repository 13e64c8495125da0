"""Copies: each takes over what became of its canonical picture."""

import pyarrow as pa
import pyarrow.compute as pc

from deepimage.batch.job import Job
from deepimage.batch.tables import to_table
from deepimage.stages.base import Row
from deepimage.storage.schema import ROW

_SHARED = ("output_format", "output_width", "output_height", "output_sha256", "output_bytes", "consistency_db", "note")
_VERDICT = ("status", "error_code", "error")
_LOST: Row = {"status": "failed", "error": "its canonical picture has no result"}


class WithTwin:
    """Picks the plan's alias rows and joins each with its canonical picture's manifest row."""

    def __init__(self, twins: dict[str, Row]) -> None:
        self._twins = twins

    def __call__(self, plan: pa.Table) -> pa.Table:
        aliases = plan.filter(pc.equal(plan["action"], "alias")).to_pylist()
        return to_table([self._joined(row) for row in aliases], ROW)

    def _joined(self, row: Row) -> Row:
        twin = self._twins.get(_canonical(row), _LOST)
        if twin["status"] == "done":
            return row | {name: twin[name] for name in _SHARED} | {"source": twin["output"]}
        return row | {name: twin.get(name) for name in _VERDICT} | {"output": None}


def with_twins(job: Job) -> WithTwin:
    """Read the canonical pictures' rows, and only theirs."""
    columns = ["action", "duplicate_of", "near_duplicate_of"]
    rows = (row for part in job.plan.scan(columns) for row in part.to_pylist() if row["action"] == "alias")
    wanted = pa.array(sorted({_canonical(row) for row in rows}), pa.string())
    found = (part.filter(pc.is_in(part["input"], wanted)) for part in job.manifest.latest())
    return WithTwin({row["input"]: row for part in found for row in part.to_pylist()})


def _canonical(row: Row) -> str:
    """The input whose result an alias row shares."""
    return str(row["duplicate_of"] or row["near_duplicate_of"])
