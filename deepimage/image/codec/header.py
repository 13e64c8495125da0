"""What a file claims to be, checked against the limits before a pixel is decoded."""

from dataclasses import dataclass

from PIL import Image, ImageFile
from PIL.AvifImagePlugin import AvifImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.TiffImagePlugin import TiffImageFile

from deepimage.config import Limits
from deepimage.errors import ImageError
from deepimage.image.codec import containers
from deepimage.image.codec.containers import Container
from deepimage.image.codec.magic import sniff
from deepimage.image.codec.opening import open_image, quiet
from deepimage.image.codec.png import png
from deepimage.image.codec.quality import estimate_quality

_ORIENTATION = 274  # EXIF and TIFF tag
_CONTAINERS = {"jpeg": containers.jpeg, "png": png, "webp": containers.webp, "avif": containers.avif}

# Pixels that no photo packs into a byte; flat fields do, and a small one of those costs little.
_DENSEST = {"avif": 2000, "webp": 2000}
_DENSE = 250  # of the other formats
_SMALL = 16_000_000  # pixels

_ANIMATED = {"png": "PNG", "gif": "GIF", "webp": "WebP", "avif": "AVIF"}
_ALPHA = {"RGBA", "LA", "PA", "RGBa", "La"}
_GREY = {"1", "L", "LA", "La", "I", "F", "I;16", "I;16B", "I;16L", "I;16N"}
_CHROMA = {(1, 1): "4:4:4", (2, 1): "4:2:2", (2, 2): "4:2:0", (4, 1): "4:1:1", (1, 2): "4:4:0"}


@dataclass(frozen=True)
class Header:
    """A file's own word about its picture."""

    format: str
    """jpeg png webp gif bmp tiff avif"""
    width: int
    height: int
    """Pixels, after `orientation` is applied."""
    mode: str
    """Pillow's mode before any conversion."""
    bits: int
    """Per channel, as stored."""
    frames: int
    """1; for TIFF 2 stands for several pages."""
    orientation: int
    """EXIF tag, 1 to 8; 1 where it is missing or nonsense."""
    has_alpha: bool
    grey: bool
    """Stored without colour."""
    lossless: bool
    progressive: bool
    chroma: str | None
    """4:4:4, 4:2:2, 4:2:0, ...; None where nothing is subsampled or it is not known."""
    jpeg_quality: int | None
    """Nearest quality on the scale of the Independent JPEG Group; None when not JPEG."""
    icc: bool
    wide: bool
    """Declares primaries other than sRGB's without an ICC profile."""


def read_header(data: bytes, limits: Limits) -> Header:
    """The facts of `data`; decodes no pixel.

    Raises ImageError: E_EMPTY, E_NOT_IMAGE, E_FORMAT, E_FRAMES, E_BOMB, E_COLOR, E_TRUNCATED.
    """
    return open_picture(data, limits)[1]


def open_picture(data: bytes, limits: Limits) -> tuple[ImageFile.ImageFile, Header]:
    """An opened, not yet decoded picture that is within the limits, and its header. Raises as `read_header`."""
    if len(data) > limits.max_bytes:
        raise ImageError("E_BOMB", f"{len(data)} bytes; limits.max_bytes is {limits.max_bytes}")
    format = sniff(data)
    container = _CONTAINERS[format](data) if format in _CONTAINERS else Container()
    if container.size:
        _check_size(container.size, format, data, limits)
    image = open_image(data, format)
    _check_size(image.size, format, data, limits)
    frames = _frames(image, container)
    if frames > 1 and format in _ANIMATED:
        raise ImageError("E_FRAMES", f"an animated {_ANIMATED[format]}; expected a still picture")
    return image, _header(image, format, container, frames)


def _check_size(size: tuple[int, int], format: str, data: bytes, limits: Limits) -> None:
    width, height = size
    pixels = width * height
    if not pixels:
        raise ImageError("E_TRUNCATED", f"{width}x{height} pixels; expected at least 1x1")
    if max(size) > limits.max_side:
        raise ImageError("E_BOMB", f"{width}x{height} pixels; limits.max_side is {limits.max_side}")
    if pixels > limits.max_megapixels * 1e6:
        raise ImageError("E_BOMB", f"{pixels / 1e6:.1f} megapixels; limits.max_megapixels is {limits.max_megapixels:g}")
    if pixels > _SMALL and pixels > _DENSEST.get(format, _DENSE) * len(data):
        raise ImageError("E_BOMB", f"{pixels / 1e6:.1f} megapixels in {len(data)} bytes; no photo packs so tight")


def _frames(image: ImageFile.ImageFile, container: Container) -> int:
    if isinstance(image, TiffImageFile):
        _check_not_raw(image)
        return 2 if image.tag_v2.next else 1
    if isinstance(image, AvifImageFile):
        return image.n_frames
    if isinstance(image, GifImageFile):
        try:
            return 2 if image.is_animated else 1
        except Exception:  # a damaged second frame makes no animation
            return 1
    return container.frames


def _check_not_raw(image: TiffImageFile) -> None:
    """Camera raw files are TIFFs whose first page is a thumbnail and whose picture is in a sub-IFD."""
    kind = image.tag_v2.get(254)
    if 50706 in image.tag_v2 or (330 in image.tag_v2 and isinstance(kind, int) and kind & 1):
        raise ImageError("E_FORMAT", "camera raw (DNG, NEF, ARW); expected a developed picture: JPEG or TIFF")


def _header(image: ImageFile.ImageFile, format: str, container: Container, frames: int) -> Header:
    orientation = _orientation(image)
    width, height = image.size
    if orientation >= 5 and format != "tiff":  # Pillow reports the upright size of TIFF, and of nothing else
        width, height = height, width
    return Header(
        format=format,
        width=width,
        height=height,
        mode=image.mode,
        bits=_tiff_bits(image) if isinstance(image, TiffImageFile) else container.bits,
        frames=frames,
        orientation=orientation,
        has_alpha=image.mode in _ALPHA or "transparency" in image.info,
        grey=image.mode in _GREY,
        lossless=_is_lossless(image, container),
        progressive=bool(image.info.get("progressive")),
        chroma=_chroma(image) if isinstance(image, JpegImageFile) else container.chroma,
        jpeg_quality=_quality(image) if isinstance(image, JpegImageFile) else None,
        icc=bool(image.info.get("icc_profile")),
        wide=container.wide and not image.info.get("icc_profile"),
    )


def _orientation(image: ImageFile.ImageFile) -> int:
    """From the container or EXIF alone: Pillow's getexif would take one from XMP too, which no browser does."""
    if isinstance(image, TiffImageFile):
        value = image.tag_v2.get(_ORIENTATION)
    else:
        value = _exif_orientation(image.info.get("exif"))
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _exif_orientation(data: bytes | None) -> object:
    if not data:
        return None
    exif = Image.Exif()
    try:
        with quiet():
            exif.load(data)
            return exif.get(_ORIENTATION)
    except Exception:  # EXIF is written by everything with a lens; a broken one does not make a broken picture
        return None


def _tiff_bits(image: TiffImageFile) -> int:
    bits = image.tag_v2.get(258, 1)
    return int(bits[0] if isinstance(bits, tuple) else bits)


def _is_lossless(image: ImageFile.ImageFile, container: Container) -> bool:
    lossy_tiff = image.info.get("compression") in ("jpeg", "tiff_jpeg", "webp")
    return container.lossless or (image.format in ("GIF", "BMP", "TIFF") and not lossy_tiff)


def _chroma(image: JpegImageFile) -> str | None:
    if len(image.layer) != 3:
        return None
    (_, wide, high, _), (_, chroma_wide, chroma_high, _) = image.layer[:2]
    return _CHROMA.get((wide // max(chroma_wide, 1), high // max(chroma_high, 1)))


def _quality(image: JpegImageFile) -> int | None:
    luma = image.quantization.get(image.layer[0][3]) if image.layer else None
    return estimate_quality(luma) if luma else None
