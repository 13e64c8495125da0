"""Bytes to an upright sRGB Picture, or to the one ImageError that says why not."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image

from deepimage.config import Limits, validate
from deepimage.errors import ImageError
from deepimage.image.codec import metadata
from deepimage.image.codec.bleed import bleed
from deepimage.image.codec.header import Header, open_picture
from deepimage.image.codec.loading import load
from deepimage.image.codec.picture import Picture, to_arrays
from deepimage.image.codec.profile import to_srgb


def decode(data: bytes, limits: Limits) -> Picture:
    """The picture in `data`: upright, sRGB, 8 bits, alpha apart, with the metadata as read.

    Raises ImageError as `read_header` does, and E_TRUNCATED for data that is damaged or short. Whatever was given up
    or assumed is in the note.
    """
    image, header = open_picture(data, limits)
    described, exif_note = metadata.read(image)
    samples = load(data, image, header)
    pixels, colour_note = to_srgb(samples.pixels, samples.mode, image.info.get("icc_profile"))
    turn = 1 if header.format == "tiff" else header.orientation  # Pillow turns TIFF itself
    pixels, alpha = _upright(pixels, turn), _opaque_to_none(samples.alpha, turn)
    if pixels.shape[:2] != (header.height, header.width):
        raise ImageError("E_TRUNCATED", f"{header.width}x{header.height} pixels are declared, others are stored")
    colour = np.dstack([pixels] * 3) if pixels.ndim == 2 else pixels
    return Picture(
        pixels=colour if alpha is None else bleed(colour, alpha),
        alpha=alpha,
        grey=pixels.ndim == 2,
        metadata=described,
        note="; ".join(filter(None, [*_declared(header), exif_note, samples.note, colour_note])) or None,
    )


def decode_arrays(data: bytes, options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """`decode` for a decoder process: options {"limits": {...}} -> facts and arrays of the picture.

    Another option, {"rows": [top, bottom]}, takes only these of the decoded rows.
    """
    Image.MAX_IMAGE_PIXELS = None  # this process does nothing else, and `limits` is checked instead
    picture = decode(data, validate(Limits, options["limits"]))
    return to_arrays(picture.rows(*options["rows"]) if "rows" in options else picture)


def _upright(array: np.ndarray, orientation: int) -> np.ndarray:
    """`array` (H, W, ...) turned and mirrored as EXIF orientation 1 to 8 asks; contiguous."""
    if orientation >= 5:
        array = array.swapaxes(0, 1)
    down, across = orientation in (3, 4, 7, 8), orientation in (2, 3, 6, 7)
    return np.ascontiguousarray(array[:: -1 if down else 1, :: -1 if across else 1])


def _opaque_to_none(alpha: np.ndarray | None, orientation: int) -> np.ndarray | None:
    return None if alpha is None or alpha.min() == 255 else _upright(alpha, orientation)


def _declared(header: Header) -> Iterator[str]:
    """What the header alone tells that the pixels do not show."""
    if header.bits > 8 and header.mode in ("RGB", "RGBA", "CMYK", "LA"):  # reduced by the library as it reads
        yield f"{header.bits}-bit reduced to 8"
    if header.wide:
        yield "wide gamut declared without a profile, taken as sRGB"
    if header.frames > 1:
        yield "first of several pages"
