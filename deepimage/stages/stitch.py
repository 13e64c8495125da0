"""Stitch: the bands of a picture, restored by several workers, become its result."""

import time
from datetime import UTC, datetime

from deepimage.config import Recipe
from deepimage.image.codec.remote import decode
from deepimage.stages.band_files import band_keys, read_bands
from deepimage.stages.base import Resources, Row, Rows, each
from deepimage.stages.fetch import fetch_row
from deepimage.stages.opening import open_decoders
from deepimage.stages.publish import Strips, publish
from deepimage.storage.store import Store


class Stitch:
    """`bands` -> a finished output and the columns of its manifest row; the bands are left where they are."""

    def __init__(self, recipe: Recipe, store: Store, scale: int) -> None:
        self.resources = Resources(cpus=1, rows=1)
        self._recipe = recipe
        self._store = store
        self._scale = scale

    def setup(self) -> None:
        """The decoder process starts with the first picture."""
        self._decoders = open_decoders(self._recipe)

    def __call__(self, rows: Rows) -> Rows:
        return [row | {"finished_at": datetime.now(UTC)} for row in each(rows, self._stitch)]

    def _stitch(self, row: Row) -> Row:
        started = time.perf_counter()
        picture = decode(self._decoders, fetch_row(row, self._recipe)["data"], self._recipe.limits)
        strips = Strips(picture.pixels, self._scale, read_bands(self._store, band_keys(row)))
        result = publish(self._store, row, picture, strips, self._recipe)
        return result | {"seconds_encode": time.perf_counter() - started}
