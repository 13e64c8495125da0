"""Files made by hand, block by block, where no encoder would write what a test needs."""

import io
import struct
import zlib
from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image


def photo(height: int = 40, width: int = 48) -> np.ndarray:
    """A smooth colourful picture, (height, width, 3) uint8, that lossy formats keep to within a few steps."""
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    waves = [0.5 + 0.4 * np.sin(2 * x + y), 0.5 + 0.4 * np.cos(3 * y - x), 0.2 + 0.6 * x * y + 0.1 * y]
    return (np.stack(waves, axis=2) * 255).round().astype(np.uint8)


def save(pixels: np.ndarray | Image.Image, format: str, **settings: object) -> bytes:
    """`pixels` by Pillow's encoder."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    file = io.BytesIO()
    image.save(file, format, **settings)
    return file.getvalue()


def chunk(kind: bytes, body: bytes, crc: int | None = None) -> bytes:
    """A PNG chunk, with a false checksum on demand."""
    right = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", right if crc is None else crc)


def png(ihdr: bytes, *chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", ihdr) + b"".join(chunks) + chunk(b"IEND", b"")


def ihdr(width: int, height: int, bits: int = 8, colour: int = 2) -> bytes:
    """Colour 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA."""
    return struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)


def idat(samples: np.ndarray) -> bytes:
    """Rows of big-endian or 8-bit samples, (H, W, channels) or packed (H, bytes), unfiltered."""
    return chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row.tobytes() for row in samples)))


def insert(data: bytes, *chunks: bytes) -> bytes:
    """`chunks` between the IHDR and the rest of a PNG."""
    return data[:33] + b"".join(chunks) + data[33:]


def segment(marker: int, body: bytes) -> bytes:
    """A JPEG segment."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def after_soi(jpeg: bytes, *segments: bytes) -> bytes:
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def patched(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def jpeg_frame(data: bytes) -> int:
    """Offset of the frame header's marker (FF C0 or FF C2)."""
    position = 2
    while data[position + 1] not in (0xC0, 0xC1, 0xC2):
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return position


def exif(entries: Iterable[tuple[int, int, int, bytes]], endian: str = "<", next_ifd: int = 0) -> bytes:
    """A bare EXIF block of (tag, type, count, four bytes of value) entries."""
    listed = list(entries)
    head = (b"II*\0" if endian == "<" else b"MM\0*") + struct.pack(endian + "IH", 8, len(listed))
    body = b"".join(struct.pack(endian + "HHI", tag, kind, count) + value for tag, kind, count, value in listed)
    return head + body + struct.pack(endian + "I", next_ifd)


def orientation(value: int, endian: str = "<") -> bytes:
    return exif([(274, 3, 1, struct.pack(endian + "HH", value, 0))], endian)


def tiff(tags: dict[int, tuple[int, Sequence[int]]], pixels: bytes) -> bytes:
    """A little-endian TIFF of one strip; `tags` are (type, values), 3 = 16 bits, 4 = 32 bits."""
    tags = tags | {273: (4, [8]), 279: (4, [len(pixels)])}
    start = 8 + len(pixels) + len(pixels) % 2
    overflow, entries = b"", b""
    beyond = start + 2 + 12 * len(tags) + 4
    for tag, (kind, values) in sorted(tags.items()):
        raw = struct.pack(f"<{len(values)}{'H' if kind == 3 else 'I'}", *values)
        if len(raw) > 4:
            raw, overflow = struct.pack("<I", beyond + len(overflow)), overflow + raw
        entries += struct.pack("<HHI", tag, kind, len(values)) + raw.ljust(4, b"\0")
    directory = struct.pack("<H", len(tags)) + entries + bytes(4) + overflow
    return b"II*\0" + struct.pack("<I", start) + pixels + bytes(len(pixels) % 2) + directory


def tiff_tags(width: int, height: int, bits: Sequence[int], photometric: int) -> dict[int, tuple[int, Sequence[int]]]:
    """Uncompressed; photometric 1 grey, 2 RGB, 8 CIELab."""
    return {
        256: (4, [width]),
        257: (4, [height]),
        258: (3, list(bits)),
        259: (3, [1]),
        262: (3, [photometric]),
        277: (3, [len(bits)]),
        278: (4, [height]),
    }


def box(kind: bytes, body: bytes) -> bytes:
    """An ISO media box."""
    return struct.pack(">I4s", 8 + len(body), kind) + body


def icc(space: bytes, connection: bytes, kind: bytes, tags: dict[bytes, bytes]) -> bytes:
    """A version 2 profile: `space` is what it describes, `connection` XYZ or Lab, `kind` its class."""
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", 5) + b"test\0" + bytes(78),
        b"cprt": b"text" + bytes(4) + b"none\0",
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
    } | tags
    table, body, offset = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, offset + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    date = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
    head = struct.pack(">I4sI", offset + len(body), b"none", 0x02400000) + kind + space + connection + date + b"acsp"
    white = struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)
    return (head + bytes(28) + white).ljust(128, b"\0") + table + body


def xyz(*values: float) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))


def gamma(value: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(value * 256))


def display_p3() -> bytes:
    """Display P3's primaries, adapted to D50, with gamma 2.2 as its curve."""
    return icc(
        b"RGB ",
        b"XYZ ",
        b"mntr",
        {
            b"rXYZ": xyz(0.51512, 0.24120, -0.00105),
            b"gXYZ": xyz(0.29198, 0.69225, 0.04189),
            b"bXYZ": xyz(0.15710, 0.06657, 0.78407),
            b"rTRC": gamma(2.2),
            b"gTRC": gamma(2.2),
            b"bTRC": gamma(2.2),
        },
    )


def grey_gamma(value: float) -> bytes:
    return icc(b"GRAY", b"XYZ ", b"mntr", {b"kTRC": gamma(value)})


def cmyk_by_black() -> bytes:
    """A CMYK profile that sees black ink only: lightness falls evenly from 100 to 0, whatever the colours."""
    lightness = [0 if corner & 1 else 0xFF00 for corner in range(16)]  # K is the fastest of the four
    lut = b"mft2" + bytes(4) + struct.pack(">BBBx", 4, 3, 2) + struct.pack(">9i", *np.eye(3, dtype=int).ravel() * 65536)
    lut += struct.pack(">HH", 2, 2) + struct.pack(">2H", 0, 65535) * 4
    lut += b"".join(struct.pack(">3H", light, 0x8000, 0x8000) for light in lightness)
    return icc(b"CMYK", b"Lab ", b"prtr", {b"A2B0": lut + struct.pack(">2H", 0, 65535) * 3})
