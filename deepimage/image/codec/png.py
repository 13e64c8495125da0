"""PNG, chunk by chunk: what must be known before Pillow may look, and what Pillow does not check."""

import struct
import zlib
from collections.abc import Iterator

from deepimage.errors import ImageError
from deepimage.image.codec.containers import MOST_BLOCKS, Container, check_cicp

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_WHOLE = ((0, 0, 1, 1),)
# Adam7: first column and row, step across and down (PNG specification, 8.2).
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_PIECE = 65_536  # bytes unpacked at a time


def png(data: bytes) -> Container:
    """Frames of an animation, bit depth, and whether colours are declared that 8-bit sRGB does not hold."""
    frames, wide = 1, False
    for kind, body, _ in _chunks(data):
        if kind == b"acTL":
            frames = int.from_bytes(body[:4], "big")
        elif kind == b"cICP" and len(body) == 4:
            wide = check_cicp(body[0], body[1])
    return Container(frames=frames, bits=data[24] if len(data) > 24 else 8, lossless=True, wide=wide)


def check_data(data: bytes, count: bool) -> None:
    """Raise ImageError E_TRUNCATED where a checksum of the pixels is wrong or, if `count`, rows are missing.

    Pillow leaves missing rows black without a word. Counting unpacks the data a second time, so it is worth asking
    for only where the last rows are black.
    """
    left, unpacker = _unpacked_size(data) if count else 0, zlib.decompressobj()
    for kind, body, checksum in _chunks(data):
        if kind == b"IDAT":
            if zlib.crc32(body, zlib.crc32(kind)) != checksum:
                raise ImageError("E_TRUNCATED", "the data is damaged: a checksum of its pixels is wrong")
            for start in range(0, len(body) if left > 0 else 0, _PIECE):
                left -= len(unpacker.decompress(body[start : start + _PIECE]))
    if left > 0:
        raise ImageError("E_TRUNCATED", "the data ends early: rows are missing")


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview, int]]:
    """(kind, body, checksum) of every whole chunk up to the end chunk."""
    view, position = memoryview(data), 8
    for _ in range(MOST_BLOCKS):
        if position + 12 > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 8 + length
        if kind == b"IEND" or end + 4 > len(data):
            return
        yield kind, view[position + 8 : end], int.from_bytes(data[end : end + 4], "big")
        position = end + 4
    raise ImageError("E_BOMB", f"a PNG of more than {MOST_BLOCKS} chunks")


def _unpacked_size(data: bytes) -> int:
    """Bytes of all rows, each with its filter byte."""
    width, height, bits, colour, *_, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    size = 0
    for left, top, across, down in _ADAM7 if interlaced else _WHOLE:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0:
            size += max(rows, 0) * (1 + -(-columns * bits * _CHANNELS[colour] // 8))
    return size
