"""EXIF, XMP and IPTC from the file that came to the file that goes.

Orientation, pixel sizes and thumbnails never survive: they describe the picture that was. The safe policy keeps by
list, not by exception: what is not known to be harmless (place, serial numbers, maker notes, owners, private tags)
stays behind.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Literal

from PIL import ExifTags, Image, TiffTags
from PIL.ImageFile import ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from deepimage.image.codec import iptc, xmp
from deepimage.image.codec.opening import quiet
from deepimage.image.codec.picture import Metadata

Policy = Literal["safe", "keep", "strip"]

_LONGEST = 4_000_000  # bytes of one block; more is no description
_EXIF, _GPS, _INTEROP = ExifTags.IFD.Exif.value, ExifTags.IFD.GPSInfo.value, ExifTags.IFD.Interop.value
_XMP_TAG, _IPTC_TAG, _COLOUR_SPACE = 700, 33723, 40961
_IPTC_RESOURCE = 0x0404  # Photoshop image resource

# IFD0: description, make, model, resolution, software, date, artist, copyright.
_SAFE_MAIN = {270, 271, 272, 282, 283, 296, 305, 306, 315, 33432}
# Exposure, lens and time of the shot; names and serial numbers (42032 to 42033, 42037), notes and ids are not here.
_SAFE_SHOT = {
    *(33434, 33437, 34850, 34855, 34864, 34865, 34866, 36864, 36867, 36868, 36880, 36881, 36882),
    *(37377, 37378, 37379, 37380, 37381, 37382, 37383, 37384, 37385, 37386, 37520, 37521, 37522),
    *(41486, 41487, 41488, 41495, 41728, 41729, 41985, 41986, 41987, 41988, 41989, 41990, 41991, 41992, 41993),
    *(41994, 41996, 42034, 42035, 42036),
}
# Of the old picture or of its file: sizes, strips, compression, orientation, thumbnail, sub-IFDs, ICC, and blocks
# that travel by themselves.
_STALE_MAIN = {254, 255, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 317, 318, 319, 320}
_STALE_MAIN |= {322, 323, 324, 325, 330, 338, 339, 347, 513, 514, 529, 530, 531, 532, 34675, 34377}
_STALE_MAIN |= {_XMP_TAG, _IPTC_TAG, _EXIF, _GPS}
_STALE_SHOT = {40962, 40963, _INTEROP, _COLOUR_SPACE}


def read(image: ImageFile) -> tuple[Metadata, str | None]:
    """The blocks of an opened file, EXIF already without the old picture's part, and a note where it was damaged."""
    try:
        exif, note = _exif(image), None
    except Exception:  # pure Python on a stranger's bytes: it may raise anything, and can harm nothing
        exif, note = None, "damaged EXIF dropped"
    return Metadata(exif, _block(image.info.get("xmp")), _iptc(image)), note


def carry(metadata: Metadata, policy: Policy) -> Metadata:
    """What of `metadata` the result shall hold. Never fails: what cannot be read is left out.

    strip: nothing. keep: all but what describes the old picture. safe: by list, and of XMP the title, keywords,
    authors and rights alone. EXIF comes out as a bare TIFF structure, without the leading Exif\\0\\0.
    """
    if policy == "strip":
        return Metadata()
    exif, packet, datasets = None, metadata.xmp, metadata.iptc
    if metadata.exif:
        with suppress(Exception):  # as in `read`
            exif = _rewrite(_parse(metadata.exif), safe=policy == "safe")
    if policy == "safe":
        packet, datasets = packet and xmp.rights(packet), datasets and iptc.described(datasets)
    return Metadata(exif, packet, datasets)


def tags(exif: bytes) -> dict[int, Any]:
    """The entries of an EXIF block that `carry` gave, for a file that is a TIFF itself: sub-directories as dicts."""
    block = _parse(exif)
    entries = {tag: _value(tag, block[tag]) for tag in _survivors(block, None, _STALE_MAIN)}
    return entries | {pointer: found for pointer in (_EXIF, _GPS) if (found := block.get_ifd(pointer))}


def with_tags(exif: bytes | None, main: dict[int, Any], shot: dict[int, Any], place: dict[int, Any]) -> bytes:
    """An EXIF block that `carry` gave, or none, with these entries of IFD0, the Exif and the GPS directory besides."""
    before = tags(exif) if exif else {}
    old_shot, old_place = before.pop(_EXIF, {}), before.pop(_GPS, {})
    return _block_of(before | main, old_shot | shot, old_place | place)


def _exif(image: ImageFile) -> bytes | None:
    if isinstance(image, TiffImageFile):  # its own tags are its EXIF
        return _rewrite(image.getexif(), safe=False)
    data = _block(image.info.get("exif"))
    return _rewrite(_parse(data), safe=False) if data else None


def _iptc(image: ImageFile) -> bytes | None:
    if isinstance(image, TiffImageFile):
        return _block(image.tag_v2.get(_IPTC_TAG))
    return _block((image.info.get("photoshop") or {}).get(_IPTC_RESOURCE))


def _block(value: object) -> bytes | None:
    return value if isinstance(value, bytes) and 0 < len(value) <= _LONGEST else None


def _parse(data: bytes) -> Image.Exif:
    exif = Image.Exif()
    with quiet():
        exif.load(data)
    return exif


def _rewrite(source: Image.Exif, safe: bool) -> bytes | None:
    """A new block with those tags of `source` that may survive; None where none does."""
    with quiet():
        main = {tag: _value(tag, source[tag]) for tag in _survivors(source, _SAFE_MAIN if safe else None, _STALE_MAIN)}
        shot, place = source.get_ifd(_EXIF), {} if safe else source.get_ifd(_GPS)
        kept = {tag: shot[tag] for tag in _survivors(shot, _SAFE_SHOT if safe else None, _STALE_SHOT)}
        return _block_of(main, kept, place) if main or kept or place else None


def _block_of(main: dict[int, Any], shot: dict[int, Any], place: dict[int, Any]) -> bytes:
    result = Image.Exif()
    for tag, value in main.items():
        result[tag] = value
    result.get_ifd(_EXIF).update(shot | {_COLOUR_SPACE: 1})  # 1 = sRGB
    if place:
        result.get_ifd(_GPS).update(place)
    return result.tobytes()[len(b"Exif\0\0") :]


def _survivors(tags: Iterable[int], safe: set[int] | None, stale: set[int]) -> list[int]:
    return sorted(tag for tag in tags if tag not in stale and (safe is None or tag in safe))


def _value(tag: int, value: object) -> object:
    """Text as the bytes it was, UTF-8 mostly: Pillow reads it as Latin-1 and would write it as ASCII."""
    text = isinstance(value, str) and TiffTags.lookup(tag).type == TiffTags.ASCII
    return value.encode("latin-1") if text and isinstance(value, str) else value
