"""Stored samples as they are: the one place where decoder libraries touch pixels."""

import re
from dataclasses import dataclass

import numpy as np
import simplejpeg
from PIL import ImageFile

from deepimage.errors import ImageError
from deepimage.image.codec.depth import to_8_bits
from deepimage.image.codec.header import Header
from deepimage.image.codec.opening import damaged
from deepimage.image.codec.png import check_data

_JPEG_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
# Stray bytes in the header, or a few before the end, hide no pixel; before a restart marker (D0 to D7) they do.
_HARMLESS = re.compile(r"\d+ extraneous bytes before marker 0x(?!d\d)|\b\d\d? extraneous bytes before marker 0xd9")
_UNNAMED_SAMPLING = "Could not determine subsampling"  # libjpeg reads it, TurboJPEG's interface has no word for it
_DEEP = {"I", "F", "I;16", "I;16B", "I;16L", "I;16N"}


@dataclass(frozen=True)
class Samples:
    """A decoded file before any colour management; 8 bits, alpha apart."""

    pixels: np.ndarray
    """(H, W) for mode L, else (H, W, channels), uint8."""
    mode: str
    """L RGB CMYK LAB"""
    alpha: np.ndarray | None = None
    """(H, W) uint8, not premultiplied."""
    note: str | None = None


def load(data: bytes, image: ImageFile.ImageFile, header: Header) -> Samples:
    """Decode the opened `image` of `data`. Raises ImageError E_TRUNCATED, E_BOMB, E_COLOR."""
    try:
        return _load_jpeg(data, image) if header.format == "jpeg" else _load(data, image, header)
    except ImageError:
        raise
    except Exception as error:
        raise damaged(error) from None


def _load_jpeg(data: bytes, image: ImageFile.ImageFile) -> Samples:
    """By TurboJPEG, whose strict mode reports the damage that Pillow's decoder paints grey; both give equal pixels."""
    try:
        pixels = simplejpeg.decode_jpeg(data, colorspace=_JPEG_SPACES[image.mode])
    except ValueError as error:
        if _UNNAMED_SAMPLING in str(error):
            return Samples(np.asarray(image), image.mode)
        if _HARMLESS.search(str(error)):
            return Samples(np.asarray(image), image.mode, note="stray bytes in the file skipped")
        raise
    if image.mode == "CMYK":
        pixels = 255 - pixels  # Adobe stores the paper that shows, not the ink
    return Samples(pixels[..., 0] if image.mode == "L" else pixels, image.mode)


def _load(data: bytes, image: ImageFile.ImageFile, header: Header) -> Samples:
    image.load()
    if header.format == "png":
        check_data(data, count=_ends_black(image))
    key = "transparency" in image.info and header.bits == 16  # a key of 16 bits, for samples that no longer are
    lost = "16-bit transparent colour ignored" if key else None
    if image.mode in _DEEP:
        pixels, note = to_8_bits(np.asarray(image), header.bits)
        return Samples(pixels, "L", note=f"{note}; {lost}" if lost else note)
    if header.has_alpha and not key:
        return _with_alpha(image, header)
    if image.mode in ("L", "RGB", "CMYK", "LAB"):
        return Samples(np.asarray(image), image.mode, note=lost)
    if image.mode not in ("1", "P", "RGBX", "YCbCr"):
        raise ImageError("E_COLOR", f"a picture in {image.mode}, which cannot be brought to sRGB")
    mode = "L" if image.mode == "1" else "RGB"
    return Samples(np.asarray(image.convert(mode)), mode)


def _with_alpha(image: ImageFile.ImageFile, header: Header) -> Samples:
    straight = image.convert("LA" if header.grey else "RGBA")
    samples = np.asarray(straight)
    pixels = samples[..., 0] if header.grey else samples[..., :3]
    return Samples(np.ascontiguousarray(pixels), "L" if header.grey else "RGB", np.ascontiguousarray(samples[..., -1]))


def _ends_black(image: ImageFile.ImageFile) -> bool:
    """Is one of the last two rows all zeros? Two, since interlacing fills every other row last."""
    width, height = image.size
    return any(image.crop((0, y, width, y + 1)).getbbox() is None for y in range(max(height - 2, 0), height))
