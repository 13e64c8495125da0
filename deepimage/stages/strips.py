"""RestoreStrips: a picture too large to be held whole goes through the generator band by band, into a file."""

import hashlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from deepimage.config import Recipe
from deepimage.image.codec.encode import check_size, encode
from deepimage.image.codec.metadata import carry
from deepimage.image.codec.picture import Picture
from deepimage.image.codec.remote import decode
from deepimage.image.codec.tiff import write_tiff_strips
from deepimage.image.finish import finish, finish_band
from deepimage.image.interpolation import resize_rows
from deepimage.metrics.consistency import decibels, squared_error
from deepimage.stages.base import Resources, Row, Rows, each
from deepimage.stages.fetch import fetch_row
from deepimage.stages.opening import open_decoders, open_restorer
from deepimage.stages.shape import frame
from deepimage.storage.store import Store

if TYPE_CHECKING:
    from deepimage.models.restorer import Restorer

_BAND = 512  # rows of a result that are resampled at once


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
        data = fetched.pop("data")
        started = time.perf_counter()
        picture = decode(self._decoders, data, self._recipe.limits)
        decoded = time.perf_counter()
        bands = Bands(self._restorer, picture.pixels)
        with self._store.open_upload(row["output"]) as path:
            self._write(row, picture, bands, path)
            sha256, size = _digest(path), path.stat().st_size
        return fetched | {
            "status": "done",
            "note": picture.note,
            "output_sha256": sha256,
            "output_bytes": size,
            "consistency_db": bands.consistency_db,
            "seconds_decode": decoded - started,
            "seconds_restore": time.perf_counter() - decoded,
        }

    def _write(self, row: Row, picture: Picture, bands: "Bands", path: Path) -> None:
        height, width = row["output_height"], row["output_width"]
        native = (height, width) == tuple(side * self._restorer.scale for side in picture.pixels.shape[:2])
        lies, output = frame(self._recipe), self._recipe.output
        if row["output_format"] == "tiff" and lies.plain:
            rows = iter(bands) if native else _resampled(spool(bands, path), height, width)
            metadata = carry(picture.metadata, output.metadata)
            channels = (1 if picture.grey else 3) + (picture.alpha is not None)
            write_tiff_strips(path, width, height, channels, _finished(picture, rows, height), metadata)
            check_size(path.stat().st_size, "tiff", output)
        else:
            finished = finish(picture, spool(bands, path), height, width, lies)
            path.write_bytes(encode(finished, row["output_format"], output))


class Bands:
    """Iterates over the sr bands of a picture and measures their consistency on the way."""

    def __init__(self, restorer: "Restorer", lr: np.ndarray) -> None:
        self._restorer = restorer
        self._lr = lr
        self._error = 0.0
        self.shape = (lr.shape[0] * restorer.scale, lr.shape[1] * restorer.scale, 3)

    def __iter__(self) -> Iterator[np.ndarray]:
        top = 0
        for band in self._restorer.restore_strips(self._lr):
            lr = self._lr[top : top + len(band) // self._restorer.scale]
            self._error += squared_error(lr, band) * len(lr)
            top += len(lr)
            yield band

    @property
    def consistency_db(self) -> float:
        """Of the bands seen so far."""
        return decibels(self._error / len(self._lr))


def spool(bands: Bands, beside: Path) -> np.ndarray:
    """All bands as one (H, W, 3) uint8 array that lives in an unnamed file next to `beside`, not in memory."""
    place = beside.with_name(f"{beside.name}.spool")
    sr = np.memmap(place, np.uint8, "w+", shape=bands.shape)
    place.unlink()
    top = 0
    for band in bands:
        sr[top : top + len(band)] = band
        top += len(band)
    return sr


def _resampled(sr: np.ndarray, height: int, width: int) -> Iterator[np.ndarray]:
    for top in range(0, height, _BAND):
        yield resize_rows(sr, height, width, top, min(top + _BAND, height))


def _finished(picture: Picture, bands: Iterator[np.ndarray], height: int) -> Iterator[np.ndarray]:
    top = 0
    for band in bands:
        yield finish_band(picture, band, top, height)
        top += len(band)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
