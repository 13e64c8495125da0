"""RestoreBand: of a picture too large for one worker, the rows of tiles that are this worker's."""

import time
from threading import Lock

from deepimage.config import Recipe
from deepimage.image.codec.remote import decode
from deepimage.image.tiling import band
from deepimage.stages.band_files import band_key, write_band
from deepimage.stages.base import Resources, Row, Rows, each
from deepimage.stages.fetch import fetch_row
from deepimage.stages.opening import open_decoders, open_restorer
from deepimage.storage.store import Store


class RestoreBand:
    """Band `band` of the `bands` of a picture -> a file beside the manifest, and the seconds of each step.

    One band at a time goes through the generator, while the next is fetched and decoded.
    """

    def __init__(self, recipe: Recipe, store: Store, workers: int, threads: int | None, gpus: float) -> None:
        self.resources = Resources(cpus=1, gpus=gpus, rows=1, workers=workers)
        self._recipe = recipe
        self._store = store
        self._threads = threads

    def setup(self) -> None:
        """Load the generator; the decoder process starts with the first band."""
        self._restorer = open_restorer(self._recipe, self._threads)
        self._decoders = open_decoders(self._recipe)
        self._turn = Lock()

    def __call__(self, rows: Rows) -> Rows:
        return each(rows, self._restore)

    def _restore(self, row: Row) -> Row:
        fetched = fetch_row(row, self._recipe)
        started = time.perf_counter()
        own = band(self._restorer.rows(row["height"], row["width"]), row["band"], row["bands"])
        shown = own.area.y, own.area.bottom
        lr = decode(self._decoders, fetched.pop("data"), self._recipe.limits, shown).pixels
        decoded = time.perf_counter()
        with self._turn:
            begun = time.perf_counter()
            write_band(self._store, band_key(row), self._restorer.restore_rows(lr, own.rows))
        return fetched | {
            "seconds_decode": decoded - started,
            "seconds_restore": time.perf_counter() - begun,
        }
