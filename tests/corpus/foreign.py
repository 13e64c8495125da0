"""Files that are no pictures, pictures of kinds that are not read, and animations."""

import struct

import numpy as np
from PIL import Image

from .case import Case, refused
from .forge import after_soi, box, chunk, idat, ihdr, insert, photo, png, save, segment, tiff, tiff_tags


def cases() -> list[Case]:
    return [*_no_pictures(), *_other_kinds(), *_raw(), *_animations()]


def _no_pictures() -> list[Case]:
    return [
        refused("zero bytes", b"", ".jpg", "E_EMPTY"),
        refused("one byte", b"\xff", ".jpg", "E_NOT_IMAGE"),
        refused("all ones", b"\xff" * 100, ".jpg", "E_NOT_IMAGE"),
        refused("all zeros", bytes(5000), ".png", "E_NOT_IMAGE"),
        refused("plain text", "café au lait\n".encode() * 20, ".jpg", "E_NOT_IMAGE"),
        refused("text that begins like a bitmap", b"BMW is not a bitmap, it is a car.", ".bmp", "E_NOT_IMAGE"),
        refused("web page", b"\n<!DOCTYPE html><html><body>404 Not Found</body></html>", ".jpg", "E_NOT_IMAGE"),
        refused("json error", b'{"error": "expired"}', ".png", "E_NOT_IMAGE"),
        refused("sound", b"RIFF\x24\0\0\0WAVEfmt " + bytes(40), ".webp", "E_NOT_IMAGE"),
        refused("zip", b"PK\x03\x04" + bytes(60), ".jpg", "E_NOT_IMAGE"),
    ]


def _other_kinds() -> list[Case]:
    ftyp = {name: box(b"ftyp", brands) + bytes(64) for name, brands in _BRANDS.items()}
    kinds = {
        "photoshop": (save_psd(), ".jpg"),
        "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (r) file\n", ".png"),
        "postscript with preview": (b"\xc5\xd0\xd3\xc6" + bytes(60), ".eps"),
        "pdf": (b"%PDF-1.7\n1 0 obj <</Type/Catalog>> endobj\n", ".jpg"),
        "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', ".jpg"),
        "svg with entities": (b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>', ".svg"),
        "icon": (save(photo(32, 32), "ICO"), ".jpg"),
        "jpeg 2000": (save(photo(), "JPEG2000"), ".jpg"),
        "jpeg xl": (b"\xff\x0a" + bytes(40), ".jpg"),
        "targa with a comment": (b"FITS" + save(photo(), "TGA"), ".tga"),
        "portable pixmap": (save(photo(), "PPM"), ".jpg"),
        "windows metafile": (b"\xd7\xcd\xc6\x9a" + bytes(40), ".png"),
        "matroska": (b"\x1aE\xdf\xa3" + bytes(40), ".jpg"),
        "avi video": (b"RIFF\x24\0\0\0AVI LIST" + bytes(40), ".jpg"),
        "heic": (ftyp["heic"], ".heic"),
        "heif as mif1": (ftyp["mif1"], ".jpg"),
        "mp4 video": (ftyp["mp4"], ".jpg"),
        "quicktime video": (ftyp["mov"], ".jpg"),
    }
    code = {"targa with a comment": "E_NOT_IMAGE"}
    return [refused(name, data, suffix, code.get(name, "E_FORMAT")) for name, (data, suffix) in kinds.items()]


_BRANDS = {
    "heic": b"heic\0\0\0\0mif1heic",
    "mif1": b"mif1\0\0\0\0mif1heix",
    "mp4": b"isom\0\0\2\0isomiso2avc1mp41",
    "mov": b"qt  \0\0\2\0qt  ",
}


def save_psd() -> bytes:
    """The header of a 2x2 Photoshop file and its empty sections."""
    return b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, 2, 2, 8, 3) + bytes(12) + bytes(14)


def _raw() -> list[Case]:
    grey = bytes(64)
    plain = tiff_tags(8, 8, [8], 1)
    dng = tiff(plain | {50706: (4, [0x01040000])}, grey)
    thumbnail_first = tiff(plain | {254: (4, [1]), 330: (4, [8])}, grey)
    canon = tiff(plain, grey)
    return [
        refused("camera raw dng", dng, ".dng", "E_FORMAT"),
        refused("camera raw with a thumbnail first", thumbnail_first, ".jpg", "E_FORMAT"),
        refused("camera raw cr2", canon[:8] + b"CR\2\0" + canon[12:], ".cr2", "E_FORMAT"),
        refused("camera raw cr3", box(b"ftyp", b"crx \0\0\0\1crx isom") + bytes(64), ".cr3", "E_FORMAT"),
        refused("camera raw raf", b"FUJIFILMCCD-RAW 0201" + bytes(80), ".raf", "E_FORMAT"),
        refused("jpeg of 12 bits", _frame(0xC1, bits=12), ".jpg", "E_FORMAT"),
        refused("lossless jpeg", _frame(0xC3), ".jpg", "E_FORMAT"),
        refused("hierarchical jpeg", _frame(0xC5), ".jpg", "E_FORMAT"),
        refused("jpeg of two components", _frame(0xC0, components=2), ".jpg", "E_COLOR"),
        refused("hdr png", _hdr_png(), ".png", "E_COLOR"),
    ]


def _frame(marker: int, bits: int = 8, components: int = 3) -> bytes:
    """A JPEG that ends after its frame header."""
    body = struct.pack(">BHHB", bits, 16, 16, components) + bytes([1, 0x11, 0]) * components
    return after_soi(b"\xff\xd8", segment(marker, body)) + bytes(100) + b"\xff\xd9"


def _hdr_png() -> bytes:
    """A PNG that declares BT.2100 PQ."""
    return insert(save(photo(), "PNG"), chunk(b"cICP", bytes([9, 16, 0, 1])))


def _animations() -> list[Case]:
    frames = [Image.fromarray(np.roll(photo(), 8 * step, axis=1)) for step in range(3)]
    kinds = {"GIF": ".gif", "PNG": ".png", "WEBP": ".webp", "AVIF": ".avif"}
    saved = {kind: save(frames[0], kind, save_all=True, append_images=frames[1:], duration=50) for kind in kinds}
    lying = png(ihdr(4, 4), chunk(b"acTL", struct.pack(">II", 10_000, 0)), idat(photo(4, 4)))
    return [
        *(refused(f"animated {kind.lower()}", saved[kind], suffix, "E_FRAMES") for kind, suffix in kinds.items()),
        refused("png that promises 10000 frames", lying, ".png", "E_FRAMES"),
    ]
