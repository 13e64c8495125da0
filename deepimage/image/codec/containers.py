"""The little that is read by hand: what must be known before a decoder library may see a file.

Each reader walks the blocks of one container, bounded in count, and decodes no pixel. Damage is not its business:
a walk that runs out of bytes ends, and the decoder says what is wrong.
"""

import re
import struct
from dataclasses import dataclass

from deepimage.errors import ImageError

MOST_BLOCKS = 50_000  # PNG chunks or JPEG segments; 8 kB IDATs of a 400 MB PNG stay below it
_MOST_SCANS = 100  # of a progressive JPEG, each costing a pass over the picture; encoders write about 10
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")  # neither stuffing (FF00), restart (D0-D7) nor fill (FFFF)
_UNREADABLE_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF}  # lossless and hierarchical, T.81 table B.1
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA} | _UNREADABLE_FRAMES
_PROGRESSIVE = {0xC2, 0xCA}
_HDR_TRANSFERS = {16: "PQ", 18: "HLG"}  # ITU-T H.273


@dataclass(frozen=True)
class Container:
    """Facts of a file that its decoder library reveals too late or not at all."""

    size: tuple[int, int] | None = None
    """(width, height) where the library would allocate it on opening."""
    frames: int = 1
    bits: int = 8
    lossless: bool = False
    chroma: str | None = None
    wide: bool = False
    """Primaries other than sRGB's are declared without an ICC profile."""


def jpeg(data: bytes) -> Container:
    """Refuse JPEG processes that no web browser reads, and floods of segments or scans."""
    progressive, scans, position = False, 0, 2
    for _ in range(MOST_BLOCKS):
        found = _MARKER.search(data, position)
        if not found or found.end() + 10 > len(data):
            return Container()
        marker, body = data[found.end() - 1], found.end() + 2
        if marker in _FRAMES:
            _check_frame(marker, bits=data[body], components=data[body + 5])
            progressive = marker in _PROGRESSIVE
        scans += marker == 0xDA
        if marker == 0xD9 or (scans and not progressive):
            return Container()
        if scans > _MOST_SCANS:
            raise ImageError("E_BOMB", f"a progressive JPEG of more than {_MOST_SCANS} scans")
        position = found.end() if marker in (0x01, 0xD8) else found.end() + _u16(data, found.end())
    raise ImageError("E_BOMB", f"a JPEG of more than {MOST_BLOCKS} segments")


def _check_frame(marker: int, bits: int, components: int) -> None:
    if marker in _UNREADABLE_FRAMES:
        raise ImageError(
            "E_FORMAT", "a lossless or hierarchical JPEG, which is not read; expected baseline or progressive"
        )
    if bits != 8:
        raise ImageError("E_FORMAT", f"a {bits}-bit JPEG, which is not read; expected 8 bits")
    if components not in (1, 3, 4):
        raise ImageError("E_COLOR", f"a JPEG of {components} components; expected grey, colour or CMYK")


def webp(data: bytes) -> Container:
    """Canvas, frames and kind; libwebp allocates the canvas when it opens a file."""
    size, frames, lossless = None, 0, False
    position = 12
    for _ in range(MOST_BLOCKS):
        if position + 18 > len(data):
            return Container(size=size, frames=max(frames, 1), lossless=lossless, chroma=None if lossless else "4:2:0")
        kind, length = struct.unpack_from("<4sI", data, position)
        frames += kind == b"ANMF"
        lossless |= kind == b"VP8L"
        size = size or _webp_size(kind, data[position + 8 : position + 18])
        position += 8 + length + length % 2
    raise ImageError("E_BOMB", f"a WebP of more than {MOST_BLOCKS} chunks")


def _webp_size(kind: bytes, body: bytes) -> tuple[int, int] | None:
    """RFC 9649: sizes are 24 bits less one, 14 bits, or 14 bits less one."""
    if kind == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if kind == b"VP8 ":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    if kind == b"VP8L":
        packed = int.from_bytes(body[1:5], "little")
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    return None


def avif(data: bytes) -> Container:
    """Depth and chroma of the first AV1 configuration (AV1-ISOBMFF 2.3.3), colour of the first nclx box."""
    start = data[:65536]
    config, colour = start.find(b"av1C"), start.find(b"colrnclx")
    wide = colour >= 0 and len(start) >= colour + 12 and check_cicp(_u16(start, colour + 8), _u16(start, colour + 10))
    if config < 0 or len(start) < config + 8:
        return Container(wide=wide)
    flags = start[config + 6]
    bits = 12 if flags & 0x20 else 10 if flags & 0x40 else 8
    chroma = {0b00: "4:4:4", 0b10: "4:2:2", 0b11: "4:2:0"}.get(flags >> 2 & 3)
    return Container(bits=bits, chroma=None if flags & 0x10 else chroma, wide=wide)


def check_cicp(primaries: int, transfer: int) -> bool:
    """Refuse high dynamic range, which would come out pale; True for primaries other than sRGB's."""
    if transfer in _HDR_TRANSFERS:
        raise ImageError("E_COLOR", f"an HDR picture ({_HDR_TRANSFERS[transfer]}); expected standard dynamic range")
    return primaries not in (1, 2)


def _u16(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 2], "big")
