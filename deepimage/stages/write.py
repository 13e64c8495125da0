"""Write: result bytes -> the store, under the planned key."""

import hashlib
import time
from datetime import UTC, datetime

from deepimage.stages.base import Resources, Row, Rows, each
from deepimage.storage.store import Store

PAYLOAD = ("data", "result")


class Write:
    """Adds the output columns and the status `done`; the bytes are dropped."""

    def __init__(self, store: Store, rows: int = 8) -> None:
        self.resources = Resources(cpus=0.2, rows=rows)
        self._store = store

    def setup(self) -> None:
        """Nothing to load."""

    def __call__(self, rows: Rows) -> Rows:
        return [
            {name: value for name, value in row.items() if name not in PAYLOAD} | {"finished_at": datetime.now(UTC)}
            for row in each(rows, self._write)
        ]

    def _write(self, row: Row) -> Row:
        started = time.perf_counter()
        data = row["result"]
        self._store.write(row["output"], data)
        return {
            "status": "done",
            "output_sha256": hashlib.sha256(data).hexdigest(),
            "output_bytes": len(data),
            "seconds_write": time.perf_counter() - started,
        }
