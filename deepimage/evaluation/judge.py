"""Judge: a cell of the plan -> its figures. Restoring is timed alone, judging fills the cores."""

import io
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache, partial
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from deepimage.config import Recipe
from deepimage.evaluation.cells import CELLS
from deepimage.evaluation.config import ORIGINAL, Evaluation
from deepimage.evaluation.pair import open_pair
from deepimage.image.codec.remote import decode
from deepimage.image.finish import as_seen
from deepimage.image.interpolation import resize
from deepimage.metrics.catalog import METRICS, Trial, open_metrics
from deepimage.report.gallery import most_detailed
from deepimage.stages.base import Resources, Row, Rows, attempt, ended
from deepimage.stages.opening import open_decoders, open_restorer
from deepimage.storage.uri import fetch

if TYPE_CHECKING:
    from deepimage.models.restorer import Restorer

_WHITE = "#ffffff"  # what shows through transparent pictures
_PAIRS = 3  # kept open: cells of one picture come one after the other
_WARM = 64  # side of the picture that a system has restored before it is timed
_QUALITY = 92


class Judge:
    """`status`, size, `seconds`, every metric and `exhibit` of a cell; a system is loaded when its first cell comes."""

    schema = CELLS

    def __init__(self, config: Evaluation, workers: int = 1, threads: int | None = None, gpus: float = 0) -> None:
        self.resources = Resources(cpus=1, gpus=gpus, rows=config.runtime.batch_rows, workers=workers)
        self._config = config
        self._threads = threads

    def setup(self) -> None:
        """Open what all cells share."""
        config = self._config
        shared = Recipe(limits=config.limits, runtime=config.runtime)
        self._decoders = open_decoders(shared)
        self._measures = open_metrics(config.measured, config.files)
        self._systems = {system.name: system for system in config.systems}
        self._restorers: dict[str, Restorer] = {}
        self._pool = ThreadPoolExecutor(self._threads or 1, "judge", _one_thread)
        self._turn = Lock()
        self._pair = lru_cache(_PAIRS)(partial(open_pair, config, self._open))

    def __call__(self, rows: Rows) -> Rows:
        with self._turn:  # another batch that is judged meanwhile would slow down what is timed
            tried = [row if ended(row) else attempt(row, self._restore) for row in rows]
            return list(self._pool.map(self._judge, tried))

    def _restore(self, row: Row) -> Row:
        """`trial` and the time it took."""
        pair = self._pair(row["uri"], row["hr_uri"], row["degradation"], row["index"])
        border = self._config.scale if self._config.scale > 1 else 0
        if row["system"] == ORIGINAL:
            assert pair.hr is not None
            return {"trial": Trial(pair.hr, pair.lr, pair.hr, border)}
        restorer = self._restorer(row["system"])
        height, width = (side * self._config.scale for side in pair.lr.shape[:2])
        started = time.perf_counter()
        sr = resize(restorer.restore(pair.lr), height, width)
        seconds = time.perf_counter() - started
        speed = {"seconds": seconds, "megapixels_per_second": height * width / 1e6 / seconds}
        return {"trial": Trial(sr, pair.lr, pair.hr, border)} | speed

    def _judge(self, row: Row) -> Row:
        judged = row if ended(row) else attempt(row, self._figures)
        return {name: value for name, value in judged.items() if name != "trial"}

    def _figures(self, row: Row) -> Row:
        trial: Trial = row["trial"]
        height, width = trial.sr.shape[:2]
        figures: Row = {"status": "done", "width": width, "height": height, "megapixels": height * width / 1e6}
        for name, measure in self._measures.items():
            if row["system"] == ORIGINAL and METRICS[name].needs_hr:
                continue  # against itself
            with suppress(ValueError):  # too small for this metric
                figures[name] = measure(trial)
        return figures | {"exhibit": _exhibit(trial, self._config)}

    def _restorer(self, name: str) -> "Restorer":
        if name not in self._restorers:
            update = {"scale": self._config.scale, "runtime": self._config.runtime}
            restorer = open_restorer(self._systems[name].model_copy(update=update), self._threads)
            restorer.restore(np.zeros((_WARM, _WARM, 3), np.uint8))
            self._restorers[name] = restorer
        return self._restorers[name]

    def _open(self, uri: str) -> np.ndarray:
        config = self._config
        data = fetch(uri, config.storage, config.limits.max_bytes)
        return as_seen(decode(self._decoders, data, config.limits), _WHITE)


def _one_thread() -> None:
    """Metrics fill the cores side by side."""
    import torch

    torch.set_num_threads(1)


def _exhibit(trial: Trial, config: Evaluation) -> bytes | None:
    """JPEG of what the page shows: the same part for every system, since lr alone decides it."""
    if not config.exhibits:
        return None
    side = max(config.exhibit_side // config.scale, 1)
    height, width = (min(side, length) for length in trial.lr.shape[:2])
    region = most_detailed(trial.lr, height, width).scaled(config.scale)
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(region.of(trial.sr))).save(file, "JPEG", quality=_QUALITY, subsampling=0)
    return file.getvalue()
