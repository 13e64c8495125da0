"""Rows that need no storage: few enough to travel with the work."""

from collections.abc import Sequence

import pyarrow as pa

from deepimage.batch.tables import Table, to_table
from deepimage.stages.base import Rows

_ROWS_PER_PART = 500


class MemoryTable(Table):
    """Rows in memory; read like any other table, by this process or by a worker that was sent it."""

    def __init__(self, rows: Rows, schema: pa.Schema) -> None:
        table = to_table(rows, schema)
        starts = range(0, table.num_rows, _ROWS_PER_PART)
        self.schema = schema
        self._parts = {f"{start:09d}": table.slice(start, _ROWS_PER_PART) for start in starts}

    def parts(self) -> list[str]:
        return list(self._parts)

    def read(self, part: str, columns: Sequence[str] | None = None) -> pa.Table:
        table = self._parts[part]
        return table if columns is None else table.select(list(columns))


def every_row(table: pa.Table) -> pa.Table:
    """Picks all there are."""
    return table
