"""Pictures that were cut short or damaged on their way."""

import struct
import zlib

from PIL import Image

from .case import Case, refused, restorable
from .forge import chunk, idat, ihdr, jpeg_frame, patched, photo, png, save

FORMATS = {
    "JPEG": ".jpg",
    "PNG": ".png",
    "WEBP": ".webp",
    "GIF": ".gif",
    "BMP": ".bmp",
    "TIFF": ".tif",
    "AVIF": ".avif",
}


def cases() -> list[Case]:
    whole = {kind: save(photo(), kind) for kind in FORMATS}
    halves = [
        refused(f"half a {k.lower()}", whole[k][: len(whole[k]) // 2], s, "E_TRUNCATED") for k, s in FORMATS.items()
    ]
    starts = [refused(f"start of a {k.lower()}", whole[k][:30], s, "E_TRUNCATED") for k, s in FORMATS.items()]
    return [*halves, *starts, *_jpeg(whole["JPEG"]), *_png(whole["PNG"]), *_others(whole)]


def _jpeg(whole: bytes) -> list[Case]:
    scan = whole.index(b"\xff\xda") + 14
    restarts = save(photo(), "JPEG", restart_marker_blocks=2)
    marker = restarts.index(b"\xff\xd1")
    garbage = bytes(value % 251 for value in range(7, 700, 11))
    middle = (scan + len(whole)) // 2
    return [
        refused("jpeg of three bytes", b"\xff\xd8\xff", ".jpg", "E_TRUNCATED"),
        refused("jpeg without data", whole[:scan], ".jpg", "E_TRUNCATED"),
        refused("jpeg without an end", whole[:-2], ".jpg", "E_TRUNCATED"),
        refused("jpeg that ends early but properly", whole[: len(whole) * 2 // 3] + b"\xff\xd9", ".jpg", "E_TRUNCATED"),
        refused("jpeg with garbage inside", patched(whole, middle, garbage), ".jpg", "E_TRUNCATED"),
        refused("jpeg with a false restart marker", patched(restarts, marker, b"\xff\xd5"), ".jpg", "E_TRUNCATED"),
        refused("jpeg without height", patched(whole, jpeg_frame(whole) + 5, b"\0\0"), ".jpg", "E_TRUNCATED"),
        refused("half a progressive jpeg", _half(save(photo(), "JPEG", progressive=True)), ".jpg", "E_TRUNCATED"),
    ]


def _png(whole: bytes) -> list[Case]:
    rows = photo(8, 8)
    palette = chunk(b"PLTE", bytes(range(9)))
    return [
        refused("png of 0x0", png(ihdr(0, 0)), ".png", "E_TRUNCATED"),
        refused("png with a false header checksum", patched(whole, 29, b"\0\0\0\0"), ".png", "E_TRUNCATED"),
        refused("png with a false data checksum", whole[:-16] + b"\0\0\0\0" + whole[-12:], ".png", "E_TRUNCATED"),
        refused("png with too few rows", png(ihdr(8, 8), idat(rows[:5])), ".png", "E_TRUNCATED"),
        refused("png without data", png(ihdr(8, 8)), ".png", "E_TRUNCATED"),
        refused("png with an impossible depth", png(ihdr(8, 8, bits=3), idat(rows)), ".png", "E_TRUNCATED"),
        refused(
            "png with unknown filter", png(ihdr(1, 1), chunk(b"IDAT", zlib.compress(b"\x09abc"))), ".png", "E_TRUNCATED"
        ),
        restorable("png without its end chunk", whole[:-12], ".png", photo()),
        restorable("png with data after its end", whole + chunk(b"IDAT", b"more"), ".png", photo()),
        restorable("png with a palette it does not use", png(ihdr(8, 8), palette, idat(rows)), ".png", rows),
    ]


def _others(whole: dict[str, bytes]) -> list[Case]:
    lying = patched(whole["WEBP"], 4, struct.pack("<I", 2**31))
    beyond = patched(whole["TIFF"], 4, struct.pack("<I", 2**31))
    grey = save(Image.fromarray(photo()).convert("L"), "BMP")
    return [
        refused("webp that lies about its length", lying, ".webp", "E_TRUNCATED"),
        refused("tiff whose directory is beyond its end", beyond, ".tif", "E_TRUNCATED"),
        refused("bmp with an impossible depth", patched(grey, 28, b"\x07\0"), ".bmp", "E_TRUNCATED"),
        refused("gif without an image", whole["GIF"][:13] + b";", ".gif", "E_TRUNCATED"),
    ]


def _half(data: bytes) -> bytes:
    return data[: len(data) // 2]
