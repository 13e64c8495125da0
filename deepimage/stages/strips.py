"""RestoreStrips: a picture too large to be held whole goes through the generator strip by strip, into a file."""

import time
from datetime import UTC, datetime

from deepimage.config import Recipe
from deepimage.image.codec.remote import decode
from deepimage.stages.base import Resources, Row, Rows, each
from deepimage.stages.fetch import fetch_row
from deepimage.stages.opening import open_decoders, open_restorer
from deepimage.stages.publish import Strips, publish
from deepimage.storage.store import Store


class RestoreStrips:
    """`uri` -> a finished output and the columns of its manifest row; one picture at a time."""

    def __init__(self, recipe: Recipe, store: Store, workers: int, threads: int | None, gpus: float) -> None:
        self.resources = Resources(cpus=1, gpus=gpus, rows=1, workers=workers)
        self._recipe = recipe
        self._store = store
        self._threads = threads

    def setup(self) -> None:
        """Load the generator; the decoder process starts with the first picture."""
        self._restorer = open_restorer(self._recipe, self._threads)
        self._decoders = open_decoders(self._recipe)

    def __call__(self, rows: Rows) -> Rows:
        return [row | {"finished_at": datetime.now(UTC)} for row in each(rows, self._restore)]

    def _restore(self, row: Row) -> Row:
        fetched = fetch_row(row, self._recipe)
        started = time.perf_counter()
        picture = decode(self._decoders, fetched.pop("data"), self._recipe.limits)
        decoded = time.perf_counter()
        strips = Strips(picture.pixels, self._restorer.scale, self._restorer.restore_strips(picture.pixels))
        return (
            fetched
            | publish(self._store, row, picture, strips, self._recipe)
            | {"seconds_decode": decoded - started, "seconds_restore": time.perf_counter() - decoded}
        )
