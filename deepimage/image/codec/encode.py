"""A Picture to the bytes of a file, always tagged sRGB; the same picture gives the same bytes every time."""

import io
from collections.abc import Callable

import numpy as np
import simplejpeg
from PIL import Image, ImageColor, PngImagePlugin

from deepimage.config import Output
from deepimage.errors import ImageError
from deepimage.image.codec import profile
from deepimage.image.codec.describe import describe
from deepimage.image.codec.metadata import carry
from deepimage.image.codec.picture import Metadata, Picture
from deepimage.image.codec.segments import splice
from deepimage.image.codec.tiff import write_tiff

# Longest side in pixels: libjpeg (the format itself allows 35 more), VP8, AV1, PNG, BigTIFF.
LONGEST_SIDE = {"jpeg": 65_500, "webp": 16_383, "avif": 65_536, "png": 2**31 - 1, "tiff": 2**31 - 1}

_LOSSY = ("jpeg", "webp", "avif")
_PNG_LEVEL = 1  # a fifth of the time of the usual 6, for a fifth more bytes
_WEBP_METHOD = 2
_AVIF_SPEED = 9
_AVIF_THREADS = 4  # fixed: libavif cuts its tiles, and so its bytes, by this number


def encode(picture: Picture, format: str, output: Output) -> bytes:
    """`picture` in `format` (jpeg png webp avif tiff) with `output`'s quality, chroma and metadata policy.

    Grey stays one channel where the format has that; alpha is kept, in JPEG flattened on output.background.
    Raises ImageError E_ENCODE when the picture does not fit the format, or its file not into output.max_bytes.
    """
    height, width = picture.pixels.shape[:2]
    check_fits(format, width, height)
    metadata = carry(picture.metadata, output.metadata)
    if picture.description:
        metadata = describe(metadata, picture.description)
    encoder = _ENCODERS[format]
    try:
        data = encoder(picture, metadata, output)
        if output.max_bytes and len(data) > output.max_bytes and format in _LOSSY:
            data = _smaller(lambda quality: encoder(picture, metadata, output.model_copy(update=quality)), output, data)
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ImageError("E_ENCODE", f"{width}x{height} pixels cannot be written as {format}: {reason}") from None
    check_size(len(data), format, output)
    return data


def check_size(size: int, format: str, output: Output) -> None:
    """Raise ImageError E_ENCODE for a file of `size` bytes above output.max_bytes."""
    if output.max_bytes and size > output.max_bytes:
        remedy = "choose a smaller size" if format in _LOSSY else "choose jpeg, webp or avif, or a smaller size"
        raise ImageError("E_ENCODE", f"{size} bytes as {format}, max_bytes={output.max_bytes}: {remedy}")


def _smaller(encoded: Callable[[dict[str, int]], bytes], output: Output, best: bytes) -> bytes:
    """The file of the highest quality below output's that fits output.max_bytes; that of quality 1 where none does."""
    low, high = 1, output.quality - 1
    while low <= high:
        quality = (low + high) // 2
        data = encoded({"quality": quality})
        if len(data) <= (output.max_bytes or 0) or quality == 1:
            best, low = data, quality + 1
        else:
            high = quality - 1
    return best


def check_fits(format: str, width: int, height: int) -> None:
    """Raise ImageError E_ENCODE if `format` cannot hold that many pixels a side; cheap enough to plan with."""
    longest = LONGEST_SIDE[format]
    if max(width, height) > longest:
        raise ImageError("E_ENCODE", f"{width}x{height} pixels; {format} ends at {longest} a side, use tiff or png")


def flatten(pixels: np.ndarray, alpha: np.ndarray, background: str) -> np.ndarray:
    """(H, W, 3) uint8 over a plain `background` ("#rrggbb"), mixed in sRGB as browsers do."""
    weight = alpha[..., None].astype(np.uint16)
    behind = np.array(ImageColor.getrgb(background), np.uint16)
    return ((pixels * weight + behind * (255 - weight) + 127) // 255).astype(np.uint8)


def _jpeg(picture: Picture, metadata: Metadata, output: Output) -> bytes:
    pixels, grey = picture.pixels, picture.grey
    if picture.alpha is not None:
        pixels = flatten(pixels, picture.alpha, output.background)
        grey = grey and len(set(ImageColor.getrgb(output.background))) == 1
    channels = np.ascontiguousarray(pixels[..., :1] if grey else pixels)
    encoded = _progressive(channels, output) if output.progressive else _baseline(channels, output)
    return splice(encoded, metadata, profile.grey() if grey else profile.srgb())


def _baseline(pixels: np.ndarray, output: Output) -> bytes:
    space, sampling = ("GRAY", "Gray") if pixels.shape[2] == 1 else ("RGB", output.chroma.replace(":", ""))
    encoded: bytes = simplejpeg.encode_jpeg(pixels, output.quality, space, colorsubsampling=sampling, fastdct=False)
    return encoded


def _progressive(pixels: np.ndarray, output: Output) -> bytes:
    file = io.BytesIO()
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    try:
        image.save(file, "JPEG", quality=output.quality, subsampling=output.chroma, progressive=True)
    except OSError:  # noise at quality 100 outgrows the two bytes a pixel that Pillow sets aside
        return _baseline(pixels, output)
    return file.getvalue()


def _png(picture: Picture, metadata: Metadata, output: Output) -> bytes:
    text = PngImagePlugin.PngInfo()
    if metadata.xmp:
        text.add_itxt("XML:com.adobe.xmp", metadata.xmp.decode("utf-8", "replace"))
    file = io.BytesIO()
    icc = profile.grey() if picture.grey else profile.srgb()
    _image(picture).save(
        file, "PNG", compress_level=_PNG_LEVEL, icc_profile=icc, exif=metadata.exif or b"", pnginfo=text
    )
    return file.getvalue()


def _webp(picture: Picture, metadata: Metadata, output: Output) -> bytes:
    file = io.BytesIO()
    _image(picture, colour=True).save(
        file,
        "WEBP",
        quality=output.quality,
        method=_WEBP_METHOD,
        icc_profile=profile.srgb(),
        exif=metadata.exif or b"",
        xmp=metadata.xmp or b"",
    )
    return file.getvalue()


def _avif(picture: Picture, metadata: Metadata, output: Output) -> bytes:
    file = io.BytesIO()
    _image(picture, colour=True).save(
        file,
        "AVIF",
        quality=output.quality,
        subsampling=output.chroma,
        speed=_AVIF_SPEED,
        max_threads=_AVIF_THREADS,
        icc_profile=profile.srgb(),
        exif=metadata.exif or b"",
        xmp=metadata.xmp or b"",
    )
    return file.getvalue()


def _tiff(picture: Picture, metadata: Metadata, output: Output) -> bytes:
    planes = _planes(picture)
    file = io.BytesIO()
    height, width = planes.shape[:2]
    write_tiff(file, width, height, planes.shape[2], iter([planes]), metadata)
    return file.getvalue()


def _image(picture: Picture, colour: bool = False) -> Image.Image:
    """As Pillow's L, LA, RGB or RGBA; `colour` for formats that have no grey."""
    planes = _planes(picture, colour)
    return Image.fromarray(planes[..., 0] if planes.shape[2] == 1 else planes)


def _planes(picture: Picture, colour: bool = False) -> np.ndarray:
    """(H, W, 1 to 4) uint8: grey or RGB, then alpha if there is any."""
    planes = picture.pixels[..., :1] if picture.grey and not colour else picture.pixels
    return planes if picture.alpha is None else np.dstack([planes, picture.alpha])


_ENCODERS: dict[str, Callable[[Picture, Metadata, Output], bytes]] = {
    "jpeg": _jpeg,
    "png": _png,
    "webp": _webp,
    "avif": _avif,
    "tiff": _tiff,
}
