"""A phase's rows on storage: Parquet parts in one folder, each written whole, later parts win.

Parts are small and append-only, so a killed run leaves nothing half-written, and readers need no lock.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from deepimage.storage.store import Store

ROWS_PER_PART = 10_000
FOLDER = "_deepimage"


def digests(table: pa.Table, columns: Sequence[str]) -> np.ndarray:
    """(rows,) uint64: a digest of the named columns, by which rows are known to be the same."""
    texts = zip(*(table[name].to_pylist() for name in columns), strict=True)
    marks = (hashlib.blake2b(repr(text).encode(), digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(marks), np.uint64)


class Known:
    """A set of digests that is asked once for every part of a table: it is sorted only once."""

    def __init__(self, digests: Iterable[np.ndarray]) -> None:
        self._sorted = np.unique(np.concatenate([np.empty(0, np.uint64), *digests]))

    def holds(self, digests: np.ndarray) -> np.ndarray:
        """(rows,) bool."""
        if not self._sorted.size:
            return np.zeros(len(digests), bool)
        place = np.searchsorted(self._sorted, digests).clip(max=len(self._sorted) - 1)
        return np.asarray(self._sorted[place] == digests)


class Table:
    """Rows of one schema under `_deepimage/<name>/` of a store. Picklable; one writer at a time."""

    def __init__(self, store: Store, name: str, schema: pa.Schema, run_id: str) -> None:
        self.store = store
        self.schema = schema
        self.folder = f"{FOLDER}/{name}"
        self._run_id = run_id
        self._turn = count()

    def parts(self) -> list[str]:
        """Keys of the parts, oldest first."""
        keys = (entry.key for entry in self.store.list(f"{self.folder}/"))
        return sorted(key for key in keys if key.endswith(".parquet"))

    def read(self, part: str, columns: Sequence[str] | None = None) -> pa.Table:
        """One part; columns that an older version did not write are null."""
        file = pq.ParquetFile(pa.BufferReader(self.store.read(part)))
        names = list(self.schema.names if columns is None else columns)
        table = file.read([name for name in names if name in file.schema_arrow.names])
        return _conformed(table, pa.schema([self.schema.field(name) for name in names]))

    def scan(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """All parts, oldest first."""
        for part in self.parts():
            yield self.read(part, columns)

    def latest(self, columns: Sequence[str] | None = None, key: Sequence[str] = ("input",)) -> Iterator[pa.Table]:
        """Like `scan`, keeping of the rows with one key only the newest."""
        parts = self.parts()
        marks = [digests(self.read(part, key), key) for part in parts]
        last = _last_occurrence(np.concatenate(marks)) if marks else np.empty(0, bool)
        for part, mask in zip(parts, np.split(last, np.cumsum([len(mark) for mark in marks])[:-1]), strict=False):
            if mask.any():
                yield self.read(part, columns).filter(pa.array(mask))

    def append(self, rows: list[dict[str, Any]] | pa.Table) -> list[str]:
        """Write `rows` as new parts, at once, and return their keys; columns beyond the schema are left out."""
        table = _conformed(rows, self.schema) if isinstance(rows, pa.Table) else to_table(rows, self.schema)
        return [self._write(table.slice(start, ROWS_PER_PART)) for start in range(0, table.num_rows, ROWS_PER_PART)]

    def merge(self, parts: list[str]) -> list[str]:
        """Rewrite small `parts` as few; a crash half-way leaves rows twice, of which the newer win."""
        merged = self.append(pa.concat_tables([self.read(part) for part in parts]))
        self.drop(parts)
        return merged

    def drop(self, parts: Iterable[str]) -> None:
        """Delete parts."""
        for part in parts:
            self.store.delete(part)

    def replace(self, tables: Iterable[pa.Table]) -> None:
        """Put `tables` in the place of all rows; a crash half-way leaves both, of which the newer win."""
        old = self.parts()
        for table in _regrouped(tables):
            self.append(table)
        self.drop(old)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """All rows, as record batches."""
        for table in self.scan():
            yield from table.to_batches()

    def _write(self, table: pa.Table) -> str:
        sink = io.BytesIO()
        pq.write_table(table, sink, compression="zstd")
        key = f"{self.folder}/{self._run_id}-{next(self._turn):06d}.parquet"
        self.store.write(key, sink.getvalue())
        return key


def to_table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows as dicts -> a table of `schema`; missing columns are null."""
    return pa.Table.from_pylist(rows, schema=schema)


def _regrouped(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in pieces of about ROWS_PER_PART."""
    pending: list[pa.Table] = []
    for table in tables:
        pending.append(table)
        if sum(piece.num_rows for piece in pending) >= ROWS_PER_PART:
            yield pa.concat_tables(pending)
            pending = []
    if pending:
        yield pa.concat_tables(pending)


def _conformed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """`table` with exactly the columns of `schema`; missing ones are null."""
    given = set(table.column_names)
    columns = [table[f.name].cast(f.type) if f.name in given else pa.nulls(table.num_rows, f.type) for f in schema]
    return pa.table(columns, schema=schema)


def _last_occurrence(marks: np.ndarray) -> np.ndarray:
    mask = np.zeros(len(marks), bool)
    _, first_from_the_end = np.unique(marks[::-1], return_index=True)
    mask[len(marks) - 1 - first_from_the_end] = True
    return mask
