"""Restore: picture bytes -> result bytes. Decoding, the generator and encoding overlap within a batch."""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from deepimage.config import Recipe
from deepimage.errors import OutOfMemory
from deepimage.image.codec.encode import encode
from deepimage.image.codec.picture import Description
from deepimage.image.codec.remote import decode
from deepimage.image.finish import finish
from deepimage.stages.base import Resources, Row, Rows, attempt, ended
from deepimage.stages.faithful import Faithful, notes
from deepimage.stages.opening import open_decoders, open_restorer
from deepimage.stages.shape import frame


class Restore:
    """`data` -> `result`, `consistency_db`, `note` and the seconds of each step; size and format are the plan's.

    `descriptions`: input -> what to write into its result besides its own metadata.
    """

    def __init__(
        self,
        recipe: Recipe,
        workers: int = 1,
        threads: int | None = None,
        gpus: float = 0,
        descriptions: Mapping[str, Description] | None = None,
    ) -> None:
        self.resources = Resources(cpus=1, gpus=gpus, rows=recipe.runtime.batch_rows, workers=workers)
        self._recipe = recipe
        self._threads = threads
        self._descriptions = descriptions or {}

    def setup(self) -> None:
        """Load the generator, while the decoder processes start."""
        self._pool = ThreadPoolExecutor(2, "codec")
        self._decoders = open_decoders(self._recipe)
        self._pool.submit(self._decoders.warm_up)
        self._restorer = open_restorer(self._recipe, self._threads)
        self._faithful = Faithful(self._recipe, self._threads)

    def __call__(self, rows: Rows) -> Rows:
        seen: Rows = []
        living: Rows = []

        def pixels() -> Iterator[np.ndarray]:
            for row in self._pool.map(self._decode, rows):
                seen.append(row)
                if not ended(row):
                    living.append(row)
                    yield row["picture"].pixels

        results: list[Future[Row]] = []
        started = time.perf_counter()
        for sr in self._restorer.restore_many(pixels()):
            row = living[len(results)] | {"seconds_restore": time.perf_counter() - started}
            results.append(self._pool.submit(self._encode, row, sr))
            started = time.perf_counter()
        outcome = (result.result() for result in results)
        return [row if ended(row) else next(outcome) for row in seen]

    def _decode(self, row: Row) -> Row:
        if ended(row):
            return row
        started = time.perf_counter()
        decoded = attempt(row, lambda row: {"picture": decode(self._decoders, row["data"], self._recipe.limits)})
        return decoded | {"seconds_decode": time.perf_counter() - started}

    def _encode(self, row: Row, sr: np.ndarray | OutOfMemory) -> Row:
        def act(row: Row) -> Row:
            if isinstance(sr, OutOfMemory):
                raise sr
            started = time.perf_counter()
            size = row["output_height"], row["output_width"]
            judged = self._faithful.judge(row["picture"].pixels, sr)
            picture = finish(row["picture"], judged.sr, *size, frame(self._recipe))
            picture = replace(picture, description=self._descriptions.get(row["input"]))
            return {
                "result": encode(picture, row["output_format"], self._recipe.output),
                "note": notes(picture.note, judged.note),
                "consistency_db": judged.consistency_db,
                "seconds_encode": time.perf_counter() - started,
            }

        return {name: value for name, value in attempt(row, act).items() if name != "picture"}
