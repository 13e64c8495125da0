"""TIFF from bands of rows: a result of any size is written while only one row of tiles is held.

Tiles go to the file as they are compressed, several at a time since zlib lets go of Python's lock; the directory
that finds them follows at the end.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import IO

import numpy as np
from PIL import TiffTags
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from deepimage.image.codec import profile
from deepimage.image.codec.metadata import tags
from deepimage.image.codec.picture import Metadata

_TILE = 512  # pixels a side
_LEVEL = 1
_THREADS = 4
_CLASSIC = 4_000_000_000  # bytes that 32-bit offsets can reach, with room for the directory
_CLASSIC_HEADER = b"II\x2a\x00\x08\x00\x00\x00"
_BIG_HEADER = b"II\x2b\x00\x08\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00"
_OFFSETS, _COUNTS = 324, 325


def write_tiff_strips(
    path: str | Path, width: int, height: int, channels: int, rows: Iterable[np.ndarray], metadata: Metadata
) -> None:
    """Write bands (h, width, channels) uint8, top to bottom and `height` rows in all, as a tiled deflate TIFF.

    1 channel is grey, 2 grey and alpha, 3 sRGB, 4 sRGB and alpha; tagged sRGB, with `metadata` as `carry` gives it.
    Holds 512 rows and one band. Above 4 GB of pixels the file is a BigTIFF. Raises ValueError when the bands do not
    add up.
    """
    with Path(path).open("wb") as file:
        write_tiff(file, width, height, channels, rows, metadata)


def write_tiff(
    file: IO[bytes], width: int, height: int, channels: int, rows: Iterable[np.ndarray], metadata: Metadata
) -> None:
    """`write_tiff_strips` to an open, seekable file."""
    big = width * height * channels > _CLASSIC
    across, down = min(_TILE, -(-width // 16) * 16), min(_TILE, -(-height // 16) * 16)
    file.write(_BIG_HEADER if big else _CLASSIC_HEADER)
    offsets, counts = [], []
    with ThreadPoolExecutor(_THREADS) as pool:
        for strip in _strips(rows, (height, width, channels), down):
            for tile in pool.map(partial(_compress, strip, (down, across)), range(0, width, across)):
                offsets.append(file.tell())
                counts.append(len(tile))
                file.write(tile)
    directory = _directory((height, width, channels), (down, across), metadata, big)
    directory.tagtype[_OFFSETS] = TiffTags.LONG8 if big else TiffTags.LONG
    directory.tagtype[_COUNTS] = TiffTags.LONG
    directory[_OFFSETS], directory[_COUNTS] = tuple(offsets), tuple(counts)
    file.write(bytes(file.tell() % 2))
    start = file.tell()
    file.write(directory.tobytes(start))
    file.seek(8 if big else 4)
    file.write(struct.pack("<Q" if big else "<I", start))


def _strips(rows: Iterable[np.ndarray], shape: tuple[int, int, int], down: int) -> Iterator[np.ndarray]:
    """The same rows in bands of `down`, the last one shorter."""
    height, width, channels = shape
    strip, held, seen = np.empty((down, width, channels), np.uint8), 0, 0
    for band in rows:
        if band.shape[1:] != (width, channels) or band.dtype != np.uint8:
            raise ValueError(f"expected uint8 bands (h, {width}, {channels}), got {band.dtype} {band.shape}")
        seen += len(band)
        while len(band):
            taken = min(down - held, len(band))
            strip[held : held + taken] = band[:taken]
            band, held = band[taken:], held + taken
            if held == down:
                yield strip
                held = 0
    if seen != height:
        raise ValueError(f"expected {height} rows, got {seen}")
    if held:
        yield strip[:held]


def _compress(strip: np.ndarray, tile: tuple[int, int], left: int) -> bytes:
    """One tile, zero beyond the picture, as differences to the left neighbour (TIFF 6.0, section 14), deflated."""
    down, across = tile
    part = strip[:, left : left + across]
    whole = np.zeros((down, across, strip.shape[2]), np.uint8)
    whole[: part.shape[0], : part.shape[1]] = part
    whole[:, 1:] -= whole[:, :-1].copy()
    return zlib.compress(whole.data, _LEVEL)


def _directory(
    shape: tuple[int, int, int], tile: tuple[int, int], metadata: Metadata, big: bool
) -> ImageFileDirectory_v2:
    height, width, channels = shape
    directory = ImageFileDirectory_v2(_BIG_HEADER if big else _CLASSIC_HEADER)
    for tag, value in (tags(metadata.exif) if metadata.exif else {}).items():
        directory[tag] = value
    for tag, block in ((700, metadata.xmp), (33723, metadata.iptc)):
        if block:
            directory.tagtype[tag] = TiffTags.BYTE
            directory[tag] = block
    colour = channels > 2
    directory[256], directory[257] = width, height
    directory[258], directory[277] = (8,) * channels, channels
    directory[259], directory[317] = 8, 2  # deflate, horizontal predictor
    directory[262] = 2 if colour else 1  # RGB, or black is zero
    directory[284] = 1  # channels interleaved
    directory[322], directory[323] = tile[1], tile[0]
    if channels in (2, 4):
        directory[338] = 2  # alpha that is not premultiplied
    directory.tagtype[34675] = TiffTags.UNDEFINED
    directory[34675] = profile.srgb() if colour else profile.grey()
    return directory
