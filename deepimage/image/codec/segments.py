"""Metadata put into a finished JPEG, so that the pixels may be encoded by whatever is fastest."""

import struct

from deepimage.image.codec.picture import Metadata

_LONGEST = 65_533  # bytes of a segment's body: two bytes of length count themselves
_APP0, _APP1, _APP2, _APP13 = 0xE0, 0xE1, 0xE2, 0xED
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_ICC = b"ICC_PROFILE\0"


def splice(jpeg: bytes, metadata: Metadata, icc: bytes) -> bytes:
    """`jpeg` with EXIF, XMP, IPTC and profile after its JFIF segment. A block too long for a segment is left out."""
    start = 2
    if jpeg[2:4] == bytes([0xFF, _APP0]):
        start += 2 + int.from_bytes(jpeg[4:6], "big")
    blocks = [
        (_APP1, b"Exif\0\0" + metadata.exif if metadata.exif else b""),
        (_APP1, _XMP + metadata.xmp if metadata.xmp else b""),
        (_APP13, _photoshop(metadata.iptc) if metadata.iptc else b""),
        (_APP2, _ICC + b"\x01\x01" + icc),  # the first of one part
    ]
    segments = [_segment(marker, body) for marker, body in blocks if 0 < len(body) <= _LONGEST]
    return b"".join([jpeg[:start], *segments, memoryview(jpeg)[start:]])


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _photoshop(iptc: bytes) -> bytes:
    """IPTC as a Photoshop image resource (0x0404) without a name, padded to even length."""
    return b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc + bytes(len(iptc) % 2)
