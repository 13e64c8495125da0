"""Sound pictures of unusual alpha, orientation, metadata, shape, name, and company in the same file."""

import io
import struct
import zipfile

import numpy as np
from PIL import Image

from .case import Case, restorable
from .colour import LOSSY
from .forge import after_soi, chunk, exif, idat, ihdr, insert, orientation, photo, png, save, segment

_STORED = {  # how the upright picture lies in a file of that orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
_XMP = b"http://ns.adobe.com/xap/1.0/\0"


def cases() -> list[Case]:
    return [*_alpha(), *_orientations(), *_metadata(), *_shapes(), *_company(), *_names()]


def _alpha() -> list[Case]:
    pixels, disc = photo(), _disc()
    rgba, grey = np.dstack([pixels, disc]), pixels[..., 0]
    opaque = np.dstack([pixels, np.full_like(disc, 255)])
    red = np.full((40, 48, 3), (200, 30, 30), np.uint8)
    half = np.repeat(np.array([[255, 0]], np.uint8), 24, axis=1).repeat(40, axis=0)
    green_below = np.where(half[..., None] > 0, red, np.array([0, 255, 0], np.uint8))
    nothing = np.dstack([pixels, 0 * disc])
    three = np.array([[0, 1, 2, 1]], np.uint8).repeat(8, axis=0).repeat(2, axis=1)
    palette = np.array([[250, 0, 0], [0, 250, 0], [0, 0, 250]], np.uint8)
    indexed = [chunk(b"PLTE", palette.tobytes()), chunk(b"tRNS", bytes([255, 128])), idat(three)]
    keyed = [chunk(b"tRNS", struct.pack(">3H", 200, 30, 30)), idat(np.where(half[..., None] > 0, pixels, red))]
    return [
        restorable("rgba png", save(rgba, "PNG"), ".png", alpha=disc),
        restorable("opaque rgba png", save(opaque, "PNG"), ".png", pixels),
        restorable("grey and alpha png", save(np.dstack([grey, disc]), "PNG"), ".png", alpha=disc),
        restorable("rgba webp", save(rgba, "WEBP", lossless=True), ".webp", alpha=disc),
        restorable("rgba tiff", save(rgba, "TIFF"), ".tif", alpha=disc),
        restorable("rgba avif", save(np.dstack([red, half]), "AVIF", quality=100), ".avif", red, LOSSY, half),
        restorable("hidden green beside red", save(np.dstack([green_below, half]), "PNG"), ".png", red, alpha=half),
        restorable("wholly transparent", save(nothing, "PNG"), ".png", 0 * pixels, alpha=0 * disc),
        restorable(
            "palette with alpha",
            png(ihdr(8, 8, 8, 3), *indexed),
            ".png",
            palette[three],
            alpha=np.array([255, 128, 255], np.uint8)[three],
        ),
        restorable("rgb with a clear colour", png(ihdr(48, 40), *keyed), ".png", alpha=half),
    ]


def _disc() -> np.ndarray:
    """(40, 48) uint8: opaque in the middle, soft at the edge, clear outside."""
    y, x = np.mgrid[0:40, 0:48]
    return np.clip((18 - np.hypot(y - 20, x - 24)) * 64, 0, 255).astype(np.uint8)


def _orientations() -> list[Case]:
    pixels = photo()
    made = []
    for value, lie in _STORED.items():
        stored = Image.fromarray(pixels).transpose(lie)
        turned = save(stored, "JPEG", quality=95, subsampling=0, exif=b"Exif\0\0" + orientation(value))
        made.append(restorable(f"jpeg of orientation {value}", turned, ".jpg", pixels, LOSSY))
    on_its_side = Image.fromarray(pixels).transpose(_STORED[6])
    upright = save(pixels, "PNG")
    xmp = b'<rdf:Description xmlns:tiff="t" tiff:Orientation="6"/>'
    jpeg = save(pixels, "JPEG", quality=95, subsampling=0)
    return [
        *made,
        restorable("png of orientation 6", save(on_its_side, "PNG", exif=orientation(6)), ".png", pixels),
        restorable("big endian orientation 6", save(on_its_side, "PNG", exif=orientation(6, ">")), ".png", pixels),
        restorable(
            "webp of orientation 6", save(on_its_side, "WEBP", lossless=True, exif=orientation(6)), ".webp", pixels
        ),
        restorable("tiff of orientation 6", save(on_its_side, "TIFF", tiffinfo={274: 6}), ".tif", pixels),
        restorable(
            "avif of orientation 6",
            save(on_its_side, "AVIF", quality=95, subsampling="4:4:4", exif=orientation(6)),
            ".avif",
            pixels,
            LOSSY,
        ),
        restorable("orientation 0", save(pixels, "PNG", exif=orientation(0)), ".png", pixels),
        restorable("orientation 9", save(pixels, "PNG", exif=orientation(9)), ".png", pixels),
        restorable("orientation 65535", save(pixels, "PNG", exif=orientation(65535)), ".png", pixels),
        restorable("orientation in words", save(pixels, "PNG", exif=exif([(274, 2, 4, b"six\0")])), ".png", pixels),
        restorable("orientation in xmp alone", after_soi(jpeg, segment(0xE1, _XMP + xmp)), ".jpg", pixels, LOSSY),
        restorable("exif of nonsense", insert(upright, chunk(b"eXIf", b"nonsense" * 9)), ".png", pixels),
        restorable("exif that points at itself", save(pixels, "PNG", exif=exif([], next_ifd=8)), ".png", pixels),
        restorable("exif of 65535 entries", insert(upright, chunk(b"eXIf", _crowded())), ".png", pixels),
    ]


def _crowded() -> bytes:
    return b"II*\0" + struct.pack("<IH", 8, 65_535) + bytes(200)


def _metadata() -> list[Case]:
    pixels = photo()
    place = Image.Exif()
    place[271], place[315], place[42033] = "Maker", "A. Author", "SERIAL-1234"
    place.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 0.0), 3: "E", 4: (13.0, 24.0, 0.0)})
    escapes = Image.Exif()
    escapes[270], escapes[315] = "\x1b[31mred\x1b[0m\r\nSet-Cookie: a", "nul\0nul"
    entities = (
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x:xmpmeta xmlns:x="adobe:ns:meta/">&b;</x:xmpmeta>'
    )
    jpeg = save(pixels, "JPEG", quality=95, subsampling=0)
    settings = {"quality": 95, "subsampling": 0}
    return [
        restorable("jpeg with a place", save(pixels, "JPEG", exif=place, **settings), ".jpg", pixels, LOSSY),
        restorable("exif with terminal codes", save(pixels, "JPEG", exif=escapes, **settings), ".jpg", pixels, LOSSY),
        restorable("xmp with entities", after_soi(jpeg, segment(0xE1, _XMP + entities)), ".jpg", pixels, LOSSY),
        restorable("comment with a script", after_soi(jpeg, segment(0xFE, b"<script>")), ".jpg", pixels, LOSSY),
    ]


def _shapes() -> list[Case]:
    dot, pair = np.full((1, 1, 3), (9, 120, 240), np.uint8), photo(1, 2)
    small = photo(8, 8)
    squeezed = png(ihdr(8, 8), chunk(b"IDAT", _packed(small) + bytes(100_000)))
    return [
        restorable("png of 1x1", save(dot, "PNG"), ".png", dot),
        restorable("jpeg of 1x1", save(dot, "JPEG", quality=95), ".jpg", dot, LOSSY),
        restorable("gif of 1x1", save(dot, "GIF"), ".gif", dot),
        restorable("webp of 1x1", save(dot, "WEBP", lossless=True), ".webp", dot),
        restorable("avif of 1x1", save(dot, "AVIF", quality=95), ".avif", dot, LOSSY),
        restorable("png of 2x1", save(pair, "PNG"), ".png", pair),
        restorable("jpeg of 2x1", save(pair, "JPEG", quality=95, subsampling=0), ".jpg", pair, LOSSY),
        restorable("strip of 1x300", save(photo(300, 1), "PNG"), ".png", photo(300, 1)),
        restorable("strip of 300x1", save(photo(1, 300), "PNG"), ".png", photo(1, 300)),
        restorable("prime sides", save(photo(37, 53), "PNG"), ".png", photo(37, 53)),
        restorable("png with more data than rows", squeezed, ".png", small),
    ]


def _packed(pixels: np.ndarray) -> bytes:
    whole = idat(pixels)
    return whole[8:-4]


def _company() -> list[Case]:
    pixels, other = Image.fromarray(photo()), Image.fromarray(255 - photo())
    jpeg = save(pixels, "JPEG", quality=95, subsampling=0)
    several = save(pixels, "TIFF", save_all=True, append_images=[other])
    phone = save(pixels, "MPO", save_all=True, append_images=[other], quality=95, subsampling=0)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("evil.js", "alert(1)")
    still = save(photo(), "PNG")
    return [
        restorable("jpeg and zip in one", jpeg + archive.getvalue(), ".jpg", photo(), LOSSY),
        restorable("jpeg with 1 MB behind it", jpeg + b"\xa5" * 1_000_000, ".jpg", photo(), LOSSY),
        restorable(
            "jpeg with stray bytes in its header", jpeg[:20] + b"abc" + jpeg[20:], ".jpg", photo(), LOSSY, note="stray"
        ),
        restorable("mpo of two pictures", phone, ".jpg", photo(), LOSSY),
        restorable("tiff of two pages", several, ".tif", photo(), note="several pages"),
        restorable("gif of one frame", save(pixels.quantize(16), "GIF"), ".gif"),
        restorable("png named jpg", still, ".jpg", photo()),
        restorable("jpeg named png", jpeg, ".png", photo(), LOSSY),
        restorable("png without a suffix", still, "", photo()),
    ]


def _names() -> list[Case]:
    """Sound pictures under names that break careless programs."""
    names = [
        "with space.png",
        "-rf.png",
        "naïve café ☕.png",
        "cafe\u0301.png",  # decomposed, beside the composed one
        "caf\u00e9.png",
        "UPPER.PNG",
        "upper.png",
        "twin.png",
        "twin.bmp",
        "CON.png",
        "line\nbreak.png",
        "\x1b[31mred.png",
        "a" * 250 + ".png",
        "percent%20and+plus?#'\".png",
        ".hidden.png",
        "two.dots.png",
        "trailing dot..png",
    ]
    pictures = [np.roll(photo(), step, axis=0) for step in range(1, len(names) + 1)]
    formats = ["BMP" if name.endswith(".bmp") else "PNG" for name in names]
    return [
        Case(f"named {name!r:.40}", save(pixels, kind), name, pixels=pixels)
        for name, pixels, kind in zip(names, pictures, formats, strict=True)
    ]
