"""Missing rows and false checksums are found in every kind of PNG; sound ones pass."""

import struct
import zlib

import numpy as np
import pytest
from corpus.forge import chunk, idat, ihdr, patched, photo, png, save
from PIL import Image

from deepimage.errors import ImageError
from deepimage.image.codec.png import check_data

ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def interlaced(pixels: np.ndarray, passes: int = 7) -> bytes:
    """An Adam7 PNG of the first `passes` passes."""
    rows = [row for left, top, across, down in ADAM7[:passes] for row in pixels[top::down, left::across] if row.size]
    head = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 2, 0, 0, 1)
    return png(head, chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))))


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("size", [(1, 1), (7, 9), (48, 40)])
def test_every_sound_png_is_complete(mode: str, size: tuple[int, int]) -> None:
    check_data(save(Image.new(mode, size), "PNG"), count=True)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (9, 8), (16, 15)])
def test_interlaced_rows_are_counted(size: tuple[int, int]) -> None:
    pixels = photo(*size)
    check_data(interlaced(pixels), count=True)
    if min(size) > 1:
        with pytest.raises(ImageError, match="rows are missing"):
            check_data(interlaced(pixels, passes=6), count=True)


def test_one_row_too_few_is_found() -> None:
    with pytest.raises(ImageError, match="rows are missing"):
        check_data(png(ihdr(48, 40), idat(photo()[:39])), count=True)


def test_every_bit_of_the_data_is_under_a_checksum() -> None:
    data = save(photo(8, 8), "PNG")
    start = data.index(b"IDAT") + 4
    for at in range(start, len(data) - 12):
        with pytest.raises(ImageError, match="checksum"):
            check_data(patched(data, at, bytes([data[at] ^ 4])), count=False)


def test_data_in_many_chunks_is_one_stream() -> None:
    whole = zlib.compress(b"".join(b"\0" + row.tobytes() for row in photo()))
    pieces = [chunk(b"IDAT", whole[at : at + 10]) for at in range(0, len(whole), 10)]
    check_data(png(ihdr(48, 40), *pieces), count=True)
