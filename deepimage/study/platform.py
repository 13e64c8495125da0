"""Quiet marks that programs and platforms leave in a file, and what is missing from it."""

import re
from dataclasses import dataclass

from PIL import Image, ImageFile

from deepimage.image.codec.opening import quiet

_HEAD = 262_144  # bytes that are searched: metadata stand before the pixels
_MARKS = {
    "meta": rb"FBMD[0-9a-f]{8}",  # Facebook and Instagram, in the IPTC special instructions
    "meta-icc": rb"desc[\0-\xff]{8}c2",  # their 524-byte sRGB profile
    "gd": rb"CREATOR: gd-jpeg",  # PHP: WordPress thumbnails, many shops
    "photoshop": rb"Adobe Photoshop|Photoshop 3\.0\0",
    "save-for-web": rb"\xff\xec..Ducky",  # Photoshop's export
    "skia": rb"Google/Skia",  # Chrome and Android
    "ffmpeg": rb"Lavc\d",
    "jpegmini": rb"JPEGmini",
    "screenshot": rb"Screenshot",
    "c2pa": rb"jumbc2pa|c2pa\.claim",  # content credentials
}
_PATTERNS = {name: re.compile(pattern, re.DOTALL) for name, pattern in _MARKS.items()}
_COMMENT = re.compile(rb"CREATOR: [\x20-\x7e]{1,80}")
_CREATOR_TOOL = re.compile(rb"CreatorTool(?:>|=\")([^<\"]{1,80})")
_SOFTWARE, _MAKE = 305, 271  # EXIF tags
_LONGEST = 60  # characters


@dataclass(frozen=True)
class Origin:
    """Who handled the file, by its own word."""

    marks: tuple[str, ...]
    """Keys of the table above, "camera" where EXIF names one; sorted."""
    software: str | None
    stripped: bool
    """Neither EXIF, XMP nor IPTC is there."""


def origin(data: bytes, image: ImageFile.ImageFile) -> Origin:
    """The marks in the bytes of an opened file. Never fails: what cannot be read is not there."""
    head = data[:_HEAD]
    exif = _exif(image)
    marks = {name for name, pattern in _PATTERNS.items() if pattern.search(head)}
    described = [image.info.get(name) for name in ("exif", "xmp", "photoshop")]
    return Origin(
        marks=tuple(sorted(marks | ({"camera"} if exif.get(_MAKE) else set()))),
        software=_software(exif, image, head),
        stripped=not any(described),
    )


def _exif(image: ImageFile.ImageFile) -> Image.Exif:
    exif = Image.Exif()
    block = image.info.get("exif")
    try:
        with quiet():
            exif.load(block if isinstance(block, bytes) else b"")
            return Image.Exif() if not block else exif
    except Exception:  # pure Python on a stranger's bytes: it may raise anything, and can harm nothing
        return Image.Exif()


def _software(exif: Image.Exif, image: ImageFile.ImageFile, head: bytes) -> str | None:
    """EXIF's word, PNG's, XMP's, or GD's comment; with what makes a version left in, and control characters out."""
    found = [exif.get(_SOFTWARE), image.info.get("Software")]
    found += [match[1] for match in [_CREATOR_TOOL.search(head)] if match]
    found += [match[0] for match in [_COMMENT.search(head)] if match]
    for value in found:
        text = value.decode("latin-1") if isinstance(value, bytes) else str(value or "")
        if clean := "".join(filter(str.isprintable, text)).strip():
            return clean[:_LONGEST]
    return None
