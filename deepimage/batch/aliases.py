"""Exact copies: each takes over what became of its canonical picture."""

import pyarrow as pa
import pyarrow.compute as pc

from deepimage.batch.job import Job
from deepimage.batch.tables import to_table
from deepimage.stages.base import Row
from deepimage.storage.schema import INVENTORY, ROW

_OWN = [*INVENTORY.names, "duplicate_of", "near_duplicate_of", "near_distance", "output", "run_id", "attempt"]


class WithTwin:
    """Picks the plan's alias rows and joins each with its canonical picture's manifest row."""

    def __init__(self, twins: dict[str, Row]) -> None:
        self._twins = twins

    def __call__(self, plan: pa.Table) -> pa.Table:
        aliases = plan.filter(pc.equal(plan["action"], "alias")).to_pylist()
        return to_table([self._joined(row) for row in aliases], ROW)

    def _joined(self, row: Row) -> Row:
        twin = self._twins.get(
            row["duplicate_of"], {"status": "failed", "error": "its canonical picture has no result"}
        )
        own = {name: row[name] for name in _OWN}
        if twin["status"] == "done":
            return twin | own | {"status": None, "source": twin["output"]}
        return row | {name: twin.get(name) for name in ("status", "error_code", "error")} | {"output": None}


def with_twins(job: Job) -> WithTwin:
    """Read the canonical pictures' rows, and only theirs."""
    wanted = {name for part in job.plan.scan(["duplicate_of"]) for name in part["duplicate_of"].to_pylist() if name}
    values = pa.array(sorted(wanted), pa.string())
    found = (part.filter(pc.is_in(part["input"], values)) for part in job.manifest.latest())
    return WithTwin({row["input"]: row for part in found for row in part.to_pylist()})
