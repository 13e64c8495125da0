"""Copy: an exact duplicate gets a copy of the result that its canonical twin already has."""

import time
from datetime import UTC, datetime

from deepimage.stages.base import Resources, Row, Rows, each
from deepimage.storage.store import Store


class Copy:
    """`source` (an output key) -> `output`; status `aliased`. All other columns come from the twin's row."""

    def __init__(self, store: Store, rows: int = 32) -> None:
        self.resources = Resources(cpus=0.2, rows=rows)
        self._store = store

    def setup(self) -> None:
        """Nothing to load."""

    def __call__(self, rows: Rows) -> Rows:
        return [
            {name: value for name, value in row.items() if name != "source"} | {"finished_at": datetime.now(UTC)}
            for row in each(rows, self._copy)
        ]

    def _copy(self, row: Row) -> Row:
        started = time.perf_counter()
        self._store.write(row["output"], self._store.read(row["source"]))
        return {"status": "aliased", "seconds_write": time.perf_counter() - started}
