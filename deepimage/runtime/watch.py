"""What an operator watches of a run on a cluster: Ray collects it, and shows it at the metrics port of each node.

Prometheus has it as ray_deepimage_run_...: of the driver what has ended, what it took and what is left; of each worker
how busy it is. Only figures: nothing here is waited for.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Lock

from ray.util.metrics import Counter, Gauge, Histogram

from deepimage.batch.plan import output_megapixels
from deepimage.stages.base import Row

STEPS = ("fetch", "decode", "restore", "encode", "write")
_SECONDS = [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300]
_SHARES = [0.125, 0.25, 0.5, 0.75, 1]
_SEEN = 1e-9  # a counter shows from its first increment on; it may not be 0


class Ends:
    """Of the driver: pictures that have met their end."""

    def __init__(self) -> None:
        self._pictures = Counter("deepimage_run_pictures", "Rows of the manifest", ("status",))
        self._megapixels = Counter("deepimage_run_megapixels", "Of their results", ("status",))
        self._seconds = Histogram("deepimage_run_step_seconds", "One picture's time in a step", _SECONDS, ("step",))
        self._queue = Gauge("deepimage_run_queue", "Pictures still to restore, or to copy")

    def tell(self, rows: Iterable[Row], left: int) -> None:
        """These have ended, `left` have not."""
        for row in rows:
            status = {"status": row["status"]}
            self._pictures.inc(1, status)
            self._megapixels.inc(output_megapixels(row) + _SEEN, status)
            for step in ("write",) if row["status"] == "aliased" else STEPS:  # the rest of a copy's are its twin's
                if (seconds := row.get(f"seconds_{step}")) is not None:
                    self._seconds.observe(seconds, {"step": step})
        self._queue.set(left)


class Busy:
    """Of one worker of `stage`, which is handed `rows` pictures at once: the time with work in hand. Thread-safe."""

    def __init__(self, stage: str, rows: int) -> None:
        self._rows = rows
        self._seconds = Counter("deepimage_run_busy_seconds", "With work in hand", ("stage",))
        self._fill = Histogram(
            "deepimage_run_batch_fill", "Pictures handed over, of those asked for", _SHARES, ("stage",)
        )
        for figure in (self._seconds, self._fill):
            figure.set_default_tags({"stage": stage})
        self._lock, self._calls, self._since = Lock(), 0, 0.0
        self._seconds.inc(_SEEN)

    @contextmanager
    def with_batch(self, rows: int) -> Iterator[None]:
        """While a batch of `rows` is worked on."""
        self._fill.observe(rows / self._rows)
        self._change(1)
        try:
            yield
        finally:
            self._change(-1)

    def _change(self, calls: int) -> None:
        with self._lock:
            now = time.monotonic()
            if self._calls:
                self._seconds.inc(now - self._since + _SEEN)
            self._since = now
            self._calls += calls
