"""From the strips of a picture to its result in the store: of native size or resampled, held whole or not at all."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from deepimage.config import Recipe
from deepimage.image.codec.encode import check_size, encode
from deepimage.image.codec.metadata import carry
from deepimage.image.codec.picture import Picture
from deepimage.image.codec.tiff import write_tiff_strips
from deepimage.image.finish import finish, finish_band
from deepimage.image.interpolation import resize_rows
from deepimage.metrics.consistency import decibels, squared_error
from deepimage.stages.base import Row
from deepimage.stages.shape import frame
from deepimage.storage.store import Store

_ROWS = 512  # of a result that are resampled at once


class Strips:
    """Passes the sr of `lr` on, strip by strip, and measures its consistency on the way."""

    def __init__(self, lr: np.ndarray, scale: int, strips: Iterable[np.ndarray]) -> None:
        self._lr = lr
        self._scale = scale
        self._strips = strips
        self._error = 0.0
        self.shape = (lr.shape[0] * scale, lr.shape[1] * scale, 3)

    def __iter__(self) -> Iterator[np.ndarray]:
        top = 0
        for strip in self._strips:
            lr = self._lr[top : top + len(strip) // self._scale]
            self._error += squared_error(lr, strip) * len(lr)
            top += len(lr)
            yield strip

    @property
    def consistency_db(self) -> float:
        """Of the strips seen so far."""
        return decibels(self._error / len(self._lr))


def publish(store: Store, row: Row, picture: Picture, strips: Strips, recipe: Recipe) -> Row:
    """Write the result that is planned in `row`, and return its columns. Raises ImageError E_ENCODE, StorageError."""
    with store.open_upload(row["output"]) as path:
        _write(row, picture, strips, recipe, path)
        sha256, size = _digest(path), path.stat().st_size
    return {
        "status": "done",
        "note": picture.note,
        "output_sha256": sha256,
        "output_bytes": size,
        "consistency_db": strips.consistency_db,
    }


def _write(row: Row, picture: Picture, strips: Strips, recipe: Recipe, path: Path) -> None:
    height, width = row["output_height"], row["output_width"]
    lies, output = frame(recipe), recipe.output
    if row["output_format"] == "tiff" and lies.plain:
        native = (height, width) == strips.shape[:2]
        rows = iter(strips) if native else _resampled(spool(strips, path), height, width)
        metadata = carry(picture.metadata, output.metadata)
        channels = (1 if picture.grey else 3) + (picture.alpha is not None)
        write_tiff_strips(path, width, height, channels, _finished(picture, rows, height), metadata)
        check_size(path.stat().st_size, "tiff", output)
    else:
        finished = finish(picture, spool(strips, path), height, width, lies)
        path.write_bytes(encode(finished, row["output_format"], output))


def spool(strips: Strips, beside: Path) -> np.ndarray:
    """All strips as one (H, W, 3) uint8 array that lives in an unnamed file next to `beside`, not in memory."""
    place = beside.with_name(f"{beside.name}.spool")
    sr = np.memmap(place, np.uint8, "w+", shape=strips.shape)
    place.unlink()
    top = 0
    for strip in strips:
        sr[top : top + len(strip)] = strip
        top += len(strip)
    return sr


def _resampled(sr: np.ndarray, height: int, width: int) -> Iterator[np.ndarray]:
    for top in range(0, height, _ROWS):
        yield resize_rows(sr, height, width, top, min(top + _ROWS, height))


def _finished(picture: Picture, rows: Iterator[np.ndarray], height: int) -> Iterator[np.ndarray]:
    top = 0
    for some in rows:
        yield finish_band(picture, some, top, height)
        top += len(some)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
