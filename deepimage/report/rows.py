"""How the report reads a manifest: batch by batch, and only the columns that a question needs."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

Row = dict[str, Any]
"""One manifest row, or the columns of it that were asked for."""

Manifest = Callable[[], Iterable[pa.RecordBatch]]
"""Opens the manifest anew at every call, so that it can be read twice without being held."""

STATUSES = ("done", "aliased", "skipped", "quarantined", "failed")
TROUBLED = ("quarantined", "failed")
STEPS = ("fetch", "decode", "restore", "encode", "write")


def rows(batch: pa.RecordBatch, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a batch as dicts of the named columns."""
    return iter(batch.select(list(columns)).to_pylist())


def having(batch: pa.RecordBatch, column: str, *values: str) -> pa.RecordBatch:
    """The rows of a batch whose `column` is one of `values`."""
    return batch.filter(pc.is_in(batch.column(column), value_set=pa.array(values, pa.string())))
