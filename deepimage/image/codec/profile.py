"""Colour management: whatever a file's ICC profile says, in and out is sRGB."""

import io
import struct
from functools import cache, lru_cache

import numpy as np
from PIL import Image, ImageCms

_SPACES = {"L": ("GRAY", "RGB"), "RGB": ("RGB",), "CMYK": ("CMYK",), "LAB": ("Lab",)}  # profiles that fit a mode
_CREATED = slice(24, 36)  # ICC.1:2022, 7.2: date and time of creation
_SPACE = slice(16, 20)
_LONGEST = 16_000_000  # bytes; the largest in the wild, for inkjet papers, have about 3 MB

Pixels = np.ndarray
"""(H, W) for L, else (H, W, channels) uint8."""


def to_srgb(pixels: Pixels, mode: str, icc: bytes | None) -> tuple[Pixels, str | None]:
    """Pixels of Pillow's `mode` (L RGB CMYK LAB) -> sRGB of one channel for L, of three else; and a note or None.

    Relative colorimetric with black point compensation. A profile that is broken or meant for another mode is
    ignored, which the note says; CMYK without one is converted by (1 - ink)(1 - black).
    """
    note = None
    if icc:
        try:
            transform = _transform(icc, mode)
            return _apply(transform, pixels, mode) if transform else pixels, None
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
            note = f"ICC profile ignored: {' '.join(str(error).split())[:100]}"
    if mode == "LAB":
        return _apply(_lab(), pixels, mode), note
    if mode == "CMYK":
        rgb = np.asarray(Image.fromarray(pixels, mode).convert("RGB"))
        return rgb, note or "CMYK without a profile converted by the plain formula"
    return pixels, note


@cache
def srgb() -> bytes:
    """The ICC profile of every colour output; the same bytes in every run and process."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_CREATED] = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)  # littleCMS writes the present time
    return bytes(profile)


@cache
def grey() -> bytes:
    """The ICC profile of every grey output: sRGB's curve and white without its colours."""
    colour = srgb()
    (count,) = struct.unpack_from(">I", colour, 128)
    found = {
        tag: colour[at : at + size] for tag, at, size in struct.iter_unpack(">4sII", colour[132 : 132 + 12 * count])
    }
    tags = {name: found[name] for name in (b"desc", b"cprt", b"wtpt", b"chad") if name in found}
    tags[b"kTRC"] = found[b"rTRC"]
    table, body, offset = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, offset + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = bytearray(colour[:128])
    header[:4] = struct.pack(">I", offset + len(body))
    header[_SPACE] = b"GRAY"
    return bytes(header) + table + body


@lru_cache(maxsize=8)
def _transform(icc: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """From `icc` to sRGB; None when the two are the same to within a step, as most profiles on the web are."""
    if len(icc) > _LONGEST:
        raise ValueError(f"{len(icc)} bytes")
    source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    space = source.profile.xcolor_space.strip()
    if space not in _SPACES[mode]:
        raise ValueError(f"for {space}, on a picture in {mode}")
    transform = _build(source, "RGB" if space == "RGB" else mode)
    probe = _probe(mode)
    if mode in ("L", "RGB") and np.abs(_apply(transform, probe, mode).astype(int) - probe).max() <= 1:
        return None
    return transform


def _build(source: ImageCms.ImageCmsProfile, mode: str) -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(
        source,
        ImageCms.ImageCmsProfile(io.BytesIO(srgb())),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


@cache
def _lab() -> ImageCms.ImageCmsTransform:
    return _build(ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")), "LAB")


def _apply(transform: ImageCms.ImageCmsTransform, pixels: Pixels, mode: str) -> Pixels:
    if mode == "L":  # 256 greys are converted instead of all pixels
        ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
        curve = np.asarray(transform.apply(ramp.convert(transform.input_mode)))[0, :, 1]
        return curve[pixels]
    return np.asarray(transform.apply(Image.fromarray(pixels, mode)))


def _probe(mode: str) -> Pixels:
    """Colours that tell two profiles apart: all greys, or a lattice of nine steps per channel."""
    if mode == "L":
        return np.arange(256, dtype=np.uint8)[None]
    steps = np.linspace(0, 255, 9).round().astype(np.uint8)
    return np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
