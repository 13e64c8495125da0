"""What is known of a picture from elsewhere (when, where, in whose words), written as EXIF, XMP and IPTC.

Readers differ in which of the three they look at, so what can be said in several is said in all of them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from PIL import ExifTags

from deepimage.image.codec.iptc import with_datasets
from deepimage.image.codec.metadata import with_tags
from deepimage.image.codec.picture import Description, Metadata, Place
from deepimage.image.codec.xmp import rights

ENHANCED = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicallyEnhanced"
"""IPTC's term for a photo that an algorithm has improved, not invented."""

_OFFSETS = (ExifTags.Base.OffsetTime, ExifTags.Base.OffsetTimeOriginal, ExifTags.Base.OffsetTimeDigitized)
_TITLE, _KEYWORD, _DATE, _TIME, _CAPTION = 5, 25, 55, 60, 120  # datasets of IIM's record 2


def describe(metadata: Metadata, told: Description) -> Metadata:
    """`metadata`, as `carry` gave it, with what `told` knows in the place of what was there."""
    return Metadata(_exif(metadata.exif, told), _xmp(metadata.xmp, told), _iptc(metadata.iptc, told))


def _exif(before: bytes | None, told: Description) -> bytes:
    main: dict[int, Any] = {ExifTags.Base.ImageDescription: told.caption.encode()} if told.caption else {}
    if told.dpi:
        names: tuple[int, ...] = (ExifTags.Base.XResolution, ExifTags.Base.YResolution)
        main |= {**dict.fromkeys(names, float(told.dpi)), ExifTags.Base.ResolutionUnit: 2}  # inches
    shot: dict[int, Any] = {}
    if told.taken:
        stamp, offset = f"{told.taken:%Y:%m:%d %H:%M:%S}", _offset(told.taken)
        main[ExifTags.Base.DateTime] = stamp
        shot |= dict.fromkeys((ExifTags.Base.DateTimeOriginal, ExifTags.Base.DateTimeDigitized), stamp)
        shot |= dict.fromkeys(_OFFSETS, offset) if offset else {}
    return with_tags(before, main, shot, _gps(told.place) if told.place else {})


def _gps(place: Place) -> dict[int, Any]:
    return {
        ExifTags.GPS.GPSVersionID: bytes([2, 3, 0, 0]),
        ExifTags.GPS.GPSLatitudeRef: "N" if place.latitude >= 0 else "S",
        ExifTags.GPS.GPSLatitude: _sexagesimal(abs(place.latitude)),
        ExifTags.GPS.GPSLongitudeRef: "E" if place.longitude >= 0 else "W",
        ExifTags.GPS.GPSLongitude: _sexagesimal(abs(place.longitude)),
        ExifTags.GPS.GPSMapDatum: "WGS-84",
    }


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    """Degrees, minutes and seconds, these to a ten-thousandth: some three millimetres."""
    total = round(degrees * 36_000_000)
    return float(total // 36_000_000), float(total // 600_000 % 60), total % 600_000 / 10_000


def _offset(moment: datetime) -> str:
    """+02:00; empty where it is not known."""
    text = f"{moment:%z}"
    return f"{text[:3]}:{text[3:5]}" if text else ""


def _xmp(before: bytes | None, told: Description) -> bytes | None:
    properties: dict[str, Sequence[str]] = {
        "dc:title": [told.title] if told.title else [],
        "dc:description": [told.caption] if told.caption else [],
        "dc:subject": told.keywords,
        "photoshop:DateCreated": [told.taken.isoformat(timespec="seconds")] if told.taken else [],
        "Iptc4xmpExt:DigitalSourceType": [told.source_type] if told.source_type else [],
    }
    return rights(before or b"", {name: texts for name, texts in properties.items() if texts})


def _iptc(before: bytes | None, told: Description) -> bytes | None:
    fields = [(_KEYWORD, word) for word in told.keywords]
    if told.title:
        fields.append((_TITLE, told.title))
    if told.caption:
        fields.append((_CAPTION, told.caption))
    if told.taken:
        fields.append((_DATE, f"{told.taken:%Y%m%d}"))
    if told.taken and told.taken.tzinfo:  # IIM has no time without its zone
        fields.append((_TIME, f"{told.taken:%H%M%S}" + f"{told.taken:%z}"[:5]))
    return with_datasets(before, fields)
