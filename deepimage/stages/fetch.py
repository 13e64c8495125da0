"""Fetch: a row's `uri` -> its bytes and their sha256."""

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor

from deepimage.config import Recipe
from deepimage.errors import StorageError
from deepimage.stages.base import Resources, Row, Rows, attempt, ended
from deepimage.storage.uri import fetch


class Fetch:
    """Adds `data`, `input_sha256`, `seconds_fetch`; several reads are under way at once."""

    def __init__(self, recipe: Recipe, rows: int = 8) -> None:
        self.resources = Resources(cpus=0.25, rows=rows)
        self._recipe = recipe

    def setup(self) -> None:
        """Nothing to load."""

    def __call__(self, rows: Rows) -> Rows:
        def act(row: Row) -> Row:
            return fetch_row(row, self._recipe)

        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(lambda row: row if ended(row) else attempt(row, act), rows))


def fetch_row(row: Row, recipe: Recipe) -> Row:
    """`data`, `input_sha256`, `seconds_fetch` of one row. Raises StorageError, also when the content has changed."""
    started = time.perf_counter()
    data = fetch(row["uri"], recipe.storage, recipe.limits.max_bytes)
    sha256 = hashlib.sha256(data).hexdigest()
    if row.get("input_sha256") not in (None, sha256):
        raise StorageError(f"{row['input']}: changed since it was looked at; run again")
    return {"data": data, "input_sha256": sha256, "seconds_fetch": time.perf_counter() - started}
