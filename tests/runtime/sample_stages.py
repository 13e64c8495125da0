"""Stages small enough to be checked by hand; workers import them by name."""

import pyarrow as pa
import pyarrow.compute as pc

from deepimage.errors import ImageError
from deepimage.stages.base import Resources, Row, Rows, each


class Double:
    """A task: reads `size`, adds `output_bytes`; odd sizes are the picture's fault."""

    resources = Resources(cpus=0.3, rows=3)

    def setup(self) -> None:
        pass

    def __call__(self, rows: Rows) -> Rows:
        return each(rows, self._double)

    def _double(self, row: Row) -> Row:
        if row["size"] % 2:
            raise ImageError("E_FORMAT", "odd")
        return {"output_bytes": 2 * row["size"], "data": b"x\0" * row["size"]}


class Count:
    """An actor: knows what its `setup` made, and drops the payload."""

    def __init__(self, workers: int) -> None:
        self.resources = Resources(cpus=0.5, rows=3, workers=workers)

    def setup(self) -> None:
        self.length = len

    def __call__(self, rows: Rows) -> Rows:
        done = each(rows, lambda row: {"status": "done", "output_sha256": str(self.length(row["data"]))})
        return [row | {"data": None} for row in done]


def even_names(table: pa.Table) -> pa.Table:
    return table.filter(pc.ends_with(table["input"], "0"))


def everything(table: pa.Table) -> pa.Table:
    return table


def emit_pairs(table: pa.Table) -> pa.Table:
    return pa.table({"key": pc.utf8_slice_codeunits(table["input"], -1), "input": table["input"]})


def join_names(group: pa.Table) -> pa.Table:
    names = ",".join(sorted(group["input"].to_pylist()))
    return pa.table({"key": group["key"][:1], "names": [names]})
