"""What a file is, by its first bytes; its name and its sender's word count for nothing."""

from deepimage.errors import ImageError

_ALLOWED = {
    b"\xff\xd8\xff": "jpeg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"GIF87a": "gif",
    b"GIF89a": "gif",
    b"BM": "bmp",
    b"II\x2a\x00": "tiff",
    b"MM\x00\x2a": "tiff",
    b"II\x2b\x00": "tiff",
    b"MM\x00\x2b": "tiff",
}

# Pictures, documents and videos that people do send; named in the refusal. Longer beginnings first where they share.
_REFUSED = {
    b"8BPS": "a Photoshop file (PSD)",
    b"%!PS": "PostScript (EPS)",
    b"\xc5\xd0\xd3\xc6": "PostScript (EPS)",
    b"%PDF": "a PDF document",
    b"<svg": "an SVG drawing",
    b"\x00\x00\x01\x00": "an icon (ICO)",
    b"\x00\x00\x02\x00": "a cursor (CUR)",
    b"icns": "an icon (ICNS)",
    b"\x00\x00\x00\x0cjP  ": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"\xff\x0a": "JPEG XL",
    b"\x00\x00\x00\x0cJXL ": "JPEG XL",
    b"\x76\x2f\x31\x01": "OpenEXR",
    b"#?RADIANCE": "Radiance HDR",
    b"DDS ": "a DDS texture",
    b"SIMPLE  =": "FITS",
    b"FUJIFILMCCD-RAW": "camera raw (RAF)",
    b"FOVb": "camera raw (X3F)",
    b"IIU\x00": "camera raw (RW2)",
    b"IIRO": "camera raw (ORF)",
    b"\x1aE\xdf\xa3": "a video (WebM or Matroska)",
    b"\x00\x00\x01\xba": "a video (MPEG)",
    b"FLV\x01": "a video (FLV)",
    b"\xd7\xcd\xc6\x9a": "a Windows metafile (WMF)",
    b"P5\n": "a portable graymap (PGM)",
    b"P6\n": "a portable pixmap (PPM)",
}
_BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}  # bytes; "BM" alone begins many a text
_HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_ACCEPTED = "JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF"


def sniff(data: bytes) -> str:
    """Format of `data`: jpeg png webp gif bmp tiff avif.

    Raises ImageError E_EMPTY, E_FORMAT (something known that is not read here) or E_NOT_IMAGE.
    """
    if not data:
        raise ImageError("E_EMPTY", "the file has no bytes")
    for beginning, name in _ALLOWED.items():
        if data.startswith(beginning) and _plausible(data, name):
            return name
    if data[:4] == b"RIFF":
        return _riff(data)
    if data[4:8] == b"ftyp":
        return _brand(data)
    text = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for beginning, what in _REFUSED.items():
        if data.startswith(beginning) or text.startswith(beginning.lower()):
            raise _refusal(what)
    if text.startswith((b"<?xml", b"<!--", b"<!doctype svg")) and b"<svg" in text:
        raise _refusal("an SVG drawing")
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        raise ImageError("E_NOT_IMAGE", "the file is a web page, not a picture: was its download refused?")
    raise ImageError("E_NOT_IMAGE", f"the file is not a picture in any known format; expected {_ACCEPTED}")


def _plausible(data: bytes, name: str) -> bool:
    """Second look where a short beginning is shared with other things."""
    if name == "tiff" and data[8:10] == b"CR":
        raise _refusal("camera raw (CR2)")
    return name != "bmp" or len(data) < 18 or int.from_bytes(data[14:18], "little") in _BMP_HEADERS


def _riff(data: bytes) -> str:
    kind = data[8:12]
    if kind == b"WEBP":
        return "webp"
    if kind == b"AVI ":
        raise _refusal("a video (AVI)")
    raise ImageError("E_NOT_IMAGE", f"the file is not a picture in any known format; expected {_ACCEPTED}")


def _brand(data: bytes) -> str:
    """ISO media files share one beginning: their brands tell stills from HEIF from video."""
    size = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, size, 4))}
    if brands & {b"avif", b"avis"}:
        return "avif"
    if brands & _HEIF:
        raise _refusal("HEIC/HEIF", "; export it as JPEG, or set the phone to 'Most Compatible'")
    if b"crx " in brands:
        raise _refusal("camera raw (CR3)")
    raise _refusal("a video (MP4 or MOV)")


def _refusal(what: str, hint: str = "") -> ImageError:
    return ImageError("E_FORMAT", f"the file is {what}, which is not read; expected {_ACCEPTED}{hint}")
