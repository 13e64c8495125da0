"""Small files that ask for much: pixels, memory or time."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

from .case import Case, refused
from .forge import after_soi, chunk, idat, ihdr, insert, jpeg_frame, patched, photo, png, save, segment


def cases() -> list[Case]:
    return [*_sizes(), *_blocks()]


def _sizes() -> list[Case]:
    jpeg = save(photo(), "JPEG")
    claim = jpeg_frame(jpeg) + 5
    wide = save(np.zeros((1, 200_000), np.uint8), "PNG")
    return [
        refused("png header of 20000x20000", png(ihdr(20_000, 20_000)), ".png", "E_BOMB"),
        refused("png header of 2147483647x2147483647", png(ihdr(2**31 - 1, 2**31 - 1)), ".png", "E_BOMB"),
        refused("flat png of 9400x9500", striped_png(9400, 9500, b"\xff" * 28_200), ".png", "E_BOMB"),
        refused("png strip of 200000x1", wide, ".png", "E_BOMB"),
        refused(
            "jpeg claiming 9400x9400", _short(patched(jpeg, claim, struct.pack(">HH", 9400, 9400))), ".jpg", "E_BOMB"
        ),
        refused("jpeg claiming 65500x65500", patched(jpeg, claim, struct.pack(">HH", 65500, 65500)), ".jpg", "E_BOMB"),
        refused("webp canvas of 16383x16383", _webp_canvas(16_383), ".webp", "E_BOMB"),
        refused("gif screen of 65535x65535", _gif_screen(65_535), ".gif", "E_BOMB"),
        refused("tiff fax of 88 megapixels", _fax(9400), ".tif", "E_BOMB"),
        refused("flat avif of 17 megapixels", _flat_avif(4150), ".avif", "E_BOMB"),
    ]


def _short(jpeg: bytes) -> bytes:
    """Some 380 bytes: the headers, no more data than a few blocks need, and a proper end."""
    scan = jpeg.index(b"\xff\xda")
    return jpeg[: scan + 20] + b"\xff\xd9"


def striped_png(width: int, height: int, row: bytes | None = None) -> bytes:
    """RGB, every row the same (noise if not given), packed as tightly as deflate can."""
    row = row or np.random.default_rng(0).integers(0, 256, 3 * width, np.uint8).tobytes()
    packer = zlib.compressobj(9 if row == row[:1] * len(row) else 1)
    packed = b"".join(packer.compress(b"\0" + row) for _ in range(height)) + packer.flush()
    return png(ihdr(width, height), chunk(b"IDAT", packed))


def _webp_canvas(side: int) -> bytes:
    canvas = (side - 1).to_bytes(3, "little") * 2
    body = b"VP8X" + struct.pack("<II", 10, 0) + canvas + b"VP8L" + struct.pack("<I", 10) + b"\x2f" + bytes(9)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def _gif_screen(side: int) -> bytes:
    image = b"," + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\x02\x02\x4c\x01\x00"
    return b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + bytes(6) + image + b";"


def _fax(side: int) -> bytes:
    file = io.BytesIO()
    Image.new("1", (side, side), 1).save(file, "TIFF", compression="group4")
    return file.getvalue()


def _flat_avif(side: int) -> bytes:
    return save(Image.new("L", (side, side), 255), "AVIF", speed=10, quality=30, max_threads=2)


def _blocks() -> list[Case]:
    zeros = zlib.compress(bytes(70_000_000), 9)
    small = png(ihdr(8, 8), idat(photo(8, 8)))
    comments = b"".join(chunk(b"tEXt", b"a\0b") for _ in range(1000)) * 300
    progressive = save(photo(), "JPEG", progressive=True)
    last_scan = progressive[progressive.rindex(b"\xff\xda") : -2]
    return [
        refused("png profile that unpacks to 70 MB", insert(small, chunk(b"iCCP", b"p\0\0" + zeros)), ".png", "E_BOMB"),
        refused("png text that unpacks to 70 MB", insert(small, chunk(b"zTXt", b"t\0\0" + zeros)), ".png", "E_BOMB"),
        refused("png of 300000 comments", insert(small, comments), ".png", "E_BOMB"),
        refused("jpeg of 1000 scans", progressive[:-2] + last_scan * 1000 + b"\xff\xd9", ".jpg", "E_BOMB"),
        refused("jpeg of 60000 comments", after_soi(progressive, segment(0xFE, b"") * 60_000), ".jpg", "E_BOMB"),
    ]
