"""How the engine scales: pictures through the real Ray engine to 1, 2, 4, 8, 16 workers that only wait.

A stand-in takes the generator's place: it sleeps a fixed time per megapixel, so that more workers than there are
cores can be measured. It lives here alone. Encoded bytes travel to it as in the main job. A worker's share of ideal is
the time that it was at work, of the time from when all workers had begun until the last one ended.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from deepimage.batch.memory import MemoryTable
from deepimage.config import Runtime
from deepimage.runtime import open_engine
from deepimage.stages.base import Resources, Row, Rows
from deepimage.storage.schema import INVENTORY

WORKERS = (1, 2, 4, 8, 16)
_ROWS = 8  # pictures of a unit, as `runtime.batch_rows`
_SECONDS_PER_MEGAPIXEL = 0.5
_MEGAPIXELS = (0.36, 0.6)  # median and spread (of the logarithm) of the pictures
_BYTES_PER_PIXEL = 0.3  # of a picture as JPEG


@dataclass(frozen=True)
class Scaled:
    """One run."""

    workers: int
    pictures: int
    megapixels_per_second: float
    share_of_ideal: float
    driver_seconds: float  # CPU time of the driver per picture, which is what scheduling costs

    def line(self) -> str:
        """For a person."""
        speed, share = f"{self.megapixels_per_second:6.2f} MP/s", f"{self.share_of_ideal:.3f} of ideal"
        return f"{self.workers:>2} workers  {self.pictures:>5} pictures  {speed}  {share}  {self.cost}"

    @property
    def cost(self) -> str:
        """Of scheduling."""
        return f"driver {1000 * self.driver_seconds:.2f} CPU ms per picture"


class Carry:
    """Stands in for Fetch: bytes of the length that a JPEG would have."""

    def __init__(self) -> None:
        self.resources = Resources(cpus=0.25, rows=_ROWS)

    def setup(self) -> None:
        """Nothing to load."""

    def __call__(self, rows: Rows) -> Rows:
        return [row | {"data": bytes(int(row["size"] * _BYTES_PER_PIXEL))} for row in rows]


class StandIn:
    """Stands in for a generator: one picture at a time, a fixed time for each megapixel, and no work."""

    def __init__(self, workers: int) -> None:
        self.resources = Resources(cpus=1, rows=_ROWS, workers=workers)

    def setup(self) -> None:
        """One generator, however many calls overlap."""
        self._turn = threading.Lock()
        self._name = f"{time.monotonic_ns()}"

    def __call__(self, rows: Rows) -> Rows:
        with self._turn:
            return [self._restore(row) for row in rows]

    def _restore(self, row: Row) -> Row:
        started = time.time()
        time.sleep(row["size"] / 1e6 * _SECONDS_PER_MEGAPIXEL)
        return row | {"data": None, "source": f"{self._name} {started} {time.time()}", "status": "done"}


def measure(pictures_per_worker: int, workers: tuple[int, ...] = WORKERS) -> Iterator[str]:
    """Each width in turn, as lines."""
    ideal = f"{1 / _SECONDS_PER_MEGAPIXEL:g} MP/s"
    yield f"a stand-in sleeps: {ideal} for each worker at best; {pictures_per_worker} pictures for each"
    for width in workers:
        yield scale(width, pictures_per_worker * width).line()


def scale(workers: int, pictures: int) -> Scaled:
    """The engine with so many workers, on so many pictures."""
    table = MemoryTable(_inventory(pictures), INVENTORY)
    with open_engine(Runtime(actors=workers)) as engine:
        engine.width  # noqa: B018  # start-up apart
        cpu = time.process_time()
        rows = [row for batch in engine.run(table, lambda part: part, [Carry(), StandIn(workers)]) for row in batch]
        cpu = time.process_time() - cpu
    assert len(rows) == pictures
    return _of(workers, rows, cpu)


def _inventory(pictures: int) -> Rows:
    """`size` is the number of pixels."""
    median, spread = _MEGAPIXELS
    pixels = median * 1e6 * np.exp(spread * np.random.default_rng(0).standard_normal(pictures))
    return [{"input": f"{number:07d}", "uri": "", "size": int(size)} for number, size in enumerate(pixels)]


def _of(workers: int, rows: Rows, cpu: float) -> Scaled:
    spans: dict[str, list[tuple[float, float, int]]] = {}
    for row in rows:
        name, started, ended = row["source"].split()
        spans.setdefault(name, []).append((float(started), float(ended), row["size"]))
    begin = max(min(start for start, _, _ in each) for each in spans.values())
    end = max(stop for each in spans.values() for _, stop, _ in each)
    inside = [(start, stop, size) for each in spans.values() for start, stop, size in each if start >= begin]
    busy = sum(stop - start for start, stop, _ in inside)
    megapixels = sum(size for _, _, size in inside) / 1e6
    return Scaled(workers, len(rows), megapixels / (end - begin), busy / (end - begin) / workers, cpu / len(rows))
