"""Before and after, at the result's own pixels: what was there, enlarged by Lanczos, and what was made of it."""

import io
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from PIL import Image

from deepimage.errors import DeepimageError
from deepimage.image.geometry import Region
from deepimage.report.rows import Row

WIDTH, HEIGHT = 480, 360
"""The crop, pixels of the result."""
PAIR_BYTES = 96_000
THUMBNAIL = 200
THUMBNAIL_BYTES = 12_000
THUMBNAIL_MEGAPIXELS = 100
_QUALITIES = (90, 82, 72, 60, 45, 30, 15, 5)
_AT_ONCE = 2  # pictures in memory
_CELL = 4  # pixels between the samples that the search for detail looks at


@dataclass(frozen=True)
class Pictures:
    """How the report gets at pixels."""

    read_input: Callable[[str], bytes]
    """By the row's `uri`."""
    read_output: Callable[[str], bytes]
    """By the row's `output`."""
    decode: Callable[[bytes], np.ndarray]
    """-> (H, W, 3) uint8, upright, sRGB."""


@dataclass(frozen=True)
class Shot:
    """One comparison: the row it is of, and the same region as two JPEGs of the same size and quality."""

    row: Row
    before: bytes
    after: bytes
    width: int
    height: int


def shots(rows: Iterable[Row], pictures: Pictures) -> Iterator[Shot]:
    """Shots of the rows whose two pictures can still be read; the others are left out."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from filter(None, pool.map(lambda row: _shot_of(row, pictures), rows))


def _shot_of(row: Row, pictures: Pictures) -> Shot | None:
    try:
        lr = pictures.decode(pictures.read_input(row["uri"]))
        sr = pictures.decode(pictures.read_output(row["output"]))
    except (DeepimageError, OSError):
        return None
    return _shoot(row, lr, sr)


def thumbnail(row: Row, pictures: Pictures) -> bytes | None:
    """The input small, as JPEG; None when it is too large to decode here or cannot be read any more."""
    if (row["megapixels"] or 0) > THUMBNAIL_MEGAPIXELS:
        return None
    try:
        image = Image.fromarray(pictures.decode(pictures.read_input(row["uri"])))
    except (DeepimageError, OSError):
        return None
    image.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS, reducing_gap=3)
    return _jpegs([image], THUMBNAIL_BYTES)[0]


def most_detailed(image: np.ndarray, height: int, width: int) -> Region:
    """The height x width window of an (H, W, 3) uint8 image with the strongest edges, found on every fourth pixel."""
    green = image[::_CELL, ::_CELL, 1].astype(np.int32)
    edges = np.zeros(green.shape, np.int64)
    edges[1:] += np.abs(np.diff(green, axis=0))
    edges[:, 1:] += np.abs(np.diff(green, axis=1))
    sums = np.pad(edges, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    rows, columns = max(height // _CELL, 1), max(width // _CELL, 1)
    window = sums[rows:, columns:] - sums[:-rows, columns:] - sums[rows:, :-columns] + sums[:-rows, :-columns]
    y, x = np.unravel_index(int(window.argmax()), window.shape)
    return Region(
        min(int(y) * _CELL, image.shape[0] - height), min(int(x) * _CELL, image.shape[1] - width), height, width
    )


def _shoot(row: Row, lr: np.ndarray, sr: np.ndarray) -> Shot:
    crop = most_detailed(sr, min(HEIGHT, sr.shape[0]), min(WIDTH, sr.shape[1]))
    down, across = lr.shape[0] / sr.shape[0], lr.shape[1] / sr.shape[1]
    source = (crop.x * across, crop.y * down, crop.right * across, crop.bottom * down)
    enlarged = Image.fromarray(lr).resize((crop.width, crop.height), Image.Resampling.LANCZOS, box=source)
    before, after = _jpegs([enlarged, Image.fromarray(np.ascontiguousarray(crop.of(sr)))], PAIR_BYTES)
    return Shot(row, before, after, crop.width, crop.height)


def _jpegs(images: list[Image.Image], limit: int) -> list[bytes]:
    """All at the best quality at which they stay below `limit` bytes together."""
    encoded: list[bytes] = []
    for quality in _QUALITIES:
        encoded = [_jpeg(image, quality) for image in images]
        if sum(map(len, encoded)) <= limit:
            break
    return encoded


def _jpeg(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=quality, progressive=True)
    return buffer.getvalue()
