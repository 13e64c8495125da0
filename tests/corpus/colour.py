"""Sound pictures of unusual colour and depth, and what sRGB they must become."""

import struct

import numpy as np
import simplejpeg
from PIL import Image, ImageCms

from .case import Case, restorable
from .forge import chunk, cmyk_by_black, display_p3, grey_gamma, idat, ihdr, patched, photo, png, save, tiff, tiff_tags
from .samples import ARITHMETIC_JPEG, PIXELS, TEN_BIT_AVIF, THREE_BY_ONE_JPEG

LOSSY = 12  # steps that JPEG, WebP and AVIF may stray on `photo`


def cases() -> list[Case]:
    return [*_colour(), *_profiles(), *_depth()]


def _colour() -> list[Case]:
    pixels = photo()
    ink = 255 - np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])  # no black
    cmyk = save(Image.fromarray(ink, "CMYK"), "JPEG", quality=97, subsampling=0)
    lab = _to_lab().apply(Image.fromarray(pixels))
    grey = pixels[..., 0]
    return [
        restorable("cmyk jpeg", cmyk, ".jpg", pixels, LOSSY, note="CMYK"),
        restorable("ycck jpeg", _ycck(pixels), ".jpg", pixels, LOSSY, note="CMYK"),
        restorable("cmyk tiff", save(Image.fromarray(ink, "CMYK"), "TIFF"), ".tif", pixels, 1, note="CMYK"),
        restorable("lab tiff", save(lab, "TIFF"), ".tif", pixels, 6),
        restorable("grey jpeg", save(grey, "JPEG", quality=95), ".jpg", np.dstack([grey] * 3), LOSSY),
        restorable("rgb jpeg", save(pixels, "JPEG", quality=95, keep_rgb=True), ".jpg", pixels, LOSSY),
        restorable("progressive jpeg", save(pixels, "JPEG", quality=95, progressive=True), ".jpg", pixels, LOSSY),
        restorable("arithmetic jpeg", ARITHMETIC_JPEG, ".jpg", PIXELS, LOSSY),
        restorable(
            "jpeg of 4 1 1", simplejpeg.encode_jpeg(pixels, 95, colorsubsampling="411"), ".jpg", pixels, 2 * LOSSY
        ),
        restorable("jpeg of 4 2 0", save(pixels, "JPEG", quality=95, subsampling="4:2:0"), ".jpg", pixels, LOSSY),
        restorable("jpeg of three by one", THREE_BY_ONE_JPEG, ".jpg", PIXELS, 2 * LOSSY),
        restorable("ycbcr tiff", save(pixels, "TIFF", compression="jpeg", quality=95), ".tif", pixels, LOSSY),
        restorable("lossless webp", save(pixels, "WEBP", lossless=True), ".webp", pixels),
        restorable("lossy webp", save(pixels, "WEBP", quality=95), ".webp", pixels, LOSSY),
        restorable("avif", save(pixels, "AVIF", quality=95, subsampling="4:4:4"), ".avif", pixels, LOSSY),
        restorable("bmp from the top down", _top_down(pixels), ".bmp", pixels),
    ]


def _to_lab() -> ImageCms.ImageCmsTransform:
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    return ImageCms.buildTransform(srgb, lab, "RGB", "LAB", ImageCms.Intent.RELATIVE_COLORIMETRIC)


def _ycck(pixels: np.ndarray) -> bytes:
    """Ink as YCbCr and no black, with Adobe's transform 2; all four are stored inverted, as Pillow does with CMYK."""
    ink = np.asarray(Image.fromarray(255 - pixels).convert("YCbCr"))
    planes = np.dstack([255 - ink, np.zeros(ink.shape[:2], np.uint8)])
    data = save(Image.fromarray(planes, "CMYK"), "JPEG", quality=97, subsampling=0)
    return patched(data, data.index(b"Adobe") + 11, b"\x02")


def _top_down(pixels: np.ndarray) -> bytes:
    return patched(save(pixels[::-1], "BMP"), 22, struct.pack("<i", -len(pixels)))


def _profiles() -> list[Case]:
    pixels, black = photo(), np.tile(np.arange(0, 240, 5, dtype=np.uint8), (40, 1))
    ink = np.dstack([np.full((40, 48, 3), 90, np.uint8), black])
    lightness = _srgb_of_lightness(100 * (1 - black / 255))
    steep = grey_gamma(1.0)
    linear = _encode(np.arange(256) / 255)[pixels[..., 1]]
    profiled = {name: save(pixels, "PNG", icc_profile=profile) for name, profile in _icc_profiles().items()}
    return [
        restorable("display p3 png", profiled["p3"], ".png", _from_p3(pixels), 2),
        restorable("srgb png", profiled["srgb"], ".png", pixels),
        restorable("png with a broken profile", profiled["garbage"], ".png", pixels, note="ICC"),
        restorable("png with a grey profile", profiled["grey"], ".png", pixels, note="ICC"),
        restorable("png with a cmyk profile", profiled["cmyk"], ".png", pixels, note="ICC"),
        restorable("png with half a profile", profiled["half"], ".png", pixels, note="ICC"),
        restorable("grey png with its profile", save(pixels[..., 1], "PNG", icc_profile=steep), ".png", linear, 1),
        restorable(
            "cmyk tiff with its profile",
            save(Image.fromarray(ink, "CMYK"), "TIFF", icc_profile=cmyk_by_black()),
            ".tif",
            lightness,
            4,
        ),
    ]


def _icc_profiles() -> dict[str, bytes]:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return {
        "p3": display_p3(),
        "srgb": srgb,
        "garbage": b"not a profile" * 30,
        "grey": grey_gamma(2.2),
        "cmyk": cmyk_by_black(),
        "half": display_p3()[:200],
    }


def _from_p3(pixels: np.ndarray) -> np.ndarray:
    """The sRGB of what `display_p3` makes of `pixels`: linear light, two matrices, sRGB's curve."""
    to_xyz = np.array([[0.51512, 0.29198, 0.15710], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]])
    srgb = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])
    linear = (pixels / 255) ** 2.2 @ (np.linalg.inv(srgb) @ to_xyz).T
    return _encode(linear, stack=False)


def _encode(linear: np.ndarray, stack: bool = True) -> np.ndarray:
    """Linear light to sRGB steps (IEC 61966-2-1), as three equal channels if `stack`."""
    light = np.clip(linear, 0, 1)
    curve = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    steps = (255 * curve).round().astype(np.uint8)
    return np.stack([steps] * 3, axis=-1) if stack else steps


def _srgb_of_lightness(lightness: np.ndarray) -> np.ndarray:
    """Neutral sRGB of CIE L*."""
    ratio = np.where(lightness > 8, ((lightness + 16) / 116) ** 3, lightness / 903.3)
    return _encode(ratio)


def _depth() -> list[Case]:
    pixels = photo()
    deep = (pixels.astype(">u2") * 257).astype(">u2")
    key = chunk(b"tRNS", struct.pack(">3H", *deep[0, 0]))
    grey, ramp = pixels[..., 0], np.dstack([pixels[..., 0]] * 3)
    bits = (grey > 127).astype(np.uint8) * 255
    two = np.dstack([bits] * 3)
    float_image = Image.fromarray((grey / 255).astype(np.float32))
    wide_float = Image.fromarray(grey.astype(np.float32) * 40 - 1000)
    spread = _stretched(grey)
    tiff16 = tiff(tiff_tags(48, 40, [16, 16, 16], 2), deep.astype("<u2").tobytes())
    return [
        restorable("16 bit rgb png", png(ihdr(48, 40, 16, 2), idat(deep)), ".png", pixels, 1, note="16-bit"),
        restorable(
            "16 bit png with a clear colour",
            png(ihdr(48, 40, 16, 2), key, idat(deep)),
            ".png",
            pixels,
            1,
            note="transparent colour ignored",
        ),
        restorable("16 bit grey png", png(ihdr(48, 40, 16, 0), idat(deep[..., :1])), ".png", ramp, 1, note="16-bit"),
        restorable("16 bit rgb tiff", tiff16, ".tif", pixels, 1, note="16-bit"),
        restorable("16 bit grey tiff", save(Image.fromarray(grey.astype(np.uint16) * 257), "TIFF"), ".tif", ramp, 1),
        restorable("float tiff from 0 to 1", save(float_image, "TIFF"), ".tif", ramp, 1, note="32-bit"),
        restorable("float tiff of any range", save(wide_float, "TIFF"), ".tif", spread, 1, note="32-bit"),
        restorable("1 bit png", save(Image.fromarray(bits).convert("1"), "PNG"), ".png", two),
        restorable("1 bit fax", save(Image.fromarray(bits).convert("1"), "TIFF", compression="group4"), ".tif", two),
        restorable("grey png", save(grey, "PNG"), ".png", ramp),
        restorable("palette gif", save(_palette(), "GIF"), ".gif", np.asarray(_palette().convert("RGB"))),
        restorable("palette png", save(_palette(), "PNG"), ".png", np.asarray(_palette().convert("RGB"))),
        restorable("10 bit avif", TEN_BIT_AVIF, ".avif", PIXELS, LOSSY, note="10-bit"),
    ]


def _stretched(grey: np.ndarray) -> np.ndarray:
    low, high = int(grey.min()), int(grey.max())
    steps = ((grey - low) * 255.0 / (high - low)).round().astype(np.uint8)
    return np.dstack([steps] * 3)


def _palette() -> Image.Image:
    return Image.fromarray(photo()).quantize(16, dither=Image.Dither.NONE)
