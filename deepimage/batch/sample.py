"""A fair sample of INPUT, small enough to travel with the work: nothing has to be written anywhere."""

import hashlib
import heapq
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from deepimage.batch.tables import Table, to_table
from deepimage.stages.base import Row, Rows
from deepimage.storage.schema import INVENTORY

_ROWS_PER_PART = 500


class Sample(Table):
    """Inventory rows in memory; read like any other table, by this process or by a worker that was sent it."""

    def __init__(self, rows: Rows) -> None:
        table = to_table(rows, INVENTORY)
        starts = range(0, table.num_rows, _ROWS_PER_PART)
        self.schema = INVENTORY
        self._parts = {f"{start:09d}": table.slice(start, _ROWS_PER_PART) for start in starts}

    def parts(self) -> list[str]:
        return list(self._parts)

    def read(self, part: str, columns: Sequence[str] | None = None) -> pa.Table:
        table = self._parts[part]
        return table if columns is None else table.select(list(columns))


def draw(rows: Iterable[Row], limit: int, seed: int = 0) -> Iterator[Row]:
    """At most `limit` rows, each as likely as any other; the same names and seed draw the same, in whatever order."""

    def chance(row: Row) -> bytes:
        return hashlib.blake2b(f"{seed}/{row['input']}".encode(), digest_size=8).digest()

    yield from heapq.nsmallest(limit, rows, key=chance)
