"""The stage list in a plain loop, in this process."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from threading import Thread
from typing import Any

import pyarrow as pa

from deepimage.batch.tables import Table
from deepimage.config import Runtime
from deepimage.runtime.engine import Pick, T, Width
from deepimage.stages.base import Rows, Stage

_AHEAD = 2  # batches under way at once, so that fetching and writing overlap the generator


class LocalEngine:
    """One worker of every stage, no cluster."""

    def __init__(self, runtime: Runtime) -> None:
        self._threads = runtime.threads or os.cpu_count() or 1

    @property
    def width(self) -> Width:
        """One worker of everything."""
        return Width(workers=1, threads=self._threads, gpus=0, probes=1)

    def __enter__(self) -> "LocalEngine":
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to close."""

    def warm_up(self) -> None:
        """Import torch in the background, while pictures are looked at."""
        Thread(target=import_module, args=("torch",), daemon=True).start()

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """See `Engine.call`: here."""
        return function(*arguments)

    def run(self, table: Table, pick: Pick, stages: Sequence[Stage]) -> Iterator[Rows]:
        """See `Engine.run`; batches come in the order of the table."""
        batches = _batches(table, pick, min(stage.resources.rows for stage in stages))
        first = next(batches, None)
        if first is None:
            return
        for stage in stages:
            stage.setup()
        with ThreadPoolExecutor(_AHEAD) as pool:
            flights: deque[Future[Rows]] = deque([pool.submit(_chain, stages, first)])
            for rows in batches:
                if len(flights) == _AHEAD:
                    yield flights.popleft().result()
                flights.append(pool.submit(_chain, stages, rows))
            while flights:
                yield flights.popleft().result()

    def tell(self, rows: Rows, left: int) -> None:
        """Nobody watches."""

    def shuffle(self, tables: Iterator[pa.Table], emit: Pick, key: str, reduce: Pick) -> Iterator[pa.Table]:
        """See `Engine.shuffle`."""
        emitted = pa.concat_tables([emit(table) for table in tables]).sort_by(key)
        keys = emitted[key].to_pylist()
        start = 0
        for end in range(1, len(keys) + 1):
            if end == len(keys) or keys[end] != keys[start]:
                yield reduce(emitted.slice(start, end - start))
                start = end


def _batches(table: Table, pick: Pick, size: int) -> Iterator[Rows]:
    for part in table.scan():
        picked = pick(part)
        for start in range(0, picked.num_rows, size):
            yield picked.slice(start, size).to_pylist()


def _chain(stages: Sequence[Stage], rows: Rows) -> Rows:
    for stage in stages:
        rows = stage(rows)
    return rows
