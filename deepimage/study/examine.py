"""One file's bytes -> its Traits: the whole study of a picture, about 0.2 s on a core at most."""

from dataclasses import dataclass

import numpy as np
from PIL import ImageFile
from PIL.JpegImagePlugin import JpegImageFile

from deepimage.config import Limits
from deepimage.image.codec.encode import flatten
from deepimage.image.codec.header import Header, open_picture
from deepimage.image.codec.loading import Samples, load
from deepimage.image.codec.profile import to_srgb
from deepimage.study.blocks import spoiled
from deepimage.study.chroma import chroma_sigma
from deepimage.study.edges import edges
from deepimage.study.history import History, history
from deepimage.study.jpeg_file import stored
from deepimage.study.light import light
from deepimage.study.noise import Blocks, sigma
from deepimage.study.planes import Planes, bands, detailed_window, planes
from deepimage.study.platform import origin
from deepimage.study.sensor import sensor
from deepimage.study.spectrum import resolution
from deepimage.study.traits import Traits
from deepimage.study.webp import webp_quality

_PLAIN = ("L", "RGB")  # modes whose quantisation and noise are still there in sRGB
_NOISY = 2.0  # 8-bit steps; less noise has no measurable slope
_GRAINY = 4.0  # 8-bit steps; more noise would pass for halos
_FINE = 90  # JPEG quality from which chroma noise survives in any sampling


def examine(data: bytes, limits: Limits) -> Traits:
    """The traits of a picture. Raises ImageError as `decode` does."""
    image, header = open_picture(data, limits)
    samples = load(data, image, header)
    rgb = _as_stored(samples, image)
    seen = planes(detailed_window(rgb).of(rgb))
    bad = spoiled(seen.clipped)
    kept = stored(image) if isinstance(image, JpegImageFile) else None
    past = history(seen.luma, bad, kept, header.lossless)
    noise = _noise(planes(bands(rgb)), past, header) if samples.mode in _PLAIN else _Noise()
    lines, detail, levels, source = edges(seen.luma), resolution(seen.luma), light(rgb), origin(data, image)
    return Traits(
        format=header.format,
        size=len(data),
        width=header.width,
        height=header.height,
        lossless=header.lossless,
        grey=header.grey,
        alpha=header.has_alpha,
        progressive=header.progressive,
        chroma=header.chroma,
        stripped=source.stripped,
        software=source.software,
        marks=source.marks,
        jpeg_quality=past.last.quality if past.last else None,
        jpeg_tables=kept.digest if kept else None,
        jpeg_steps=kept.steps if kept and kept.digest else None,
        jpeg_stored=kept is not None,
        jpeg_top=past.last.top if past.last else None,
        jpeg_left=past.last.left if past.last else None,
        earlier_quality=past.earlier.quality if past.earlier else None,
        earlier_top=past.earlier.top if past.earlier else None,
        earlier_left=past.earlier.left if past.earlier else None,
        webp_quality=webp_quality(data) if header.format == "webp" and not header.lossless else None,
        noise_luma=noise.luma,
        noise_chroma=noise.chroma,
        shot=noise.shot,
        read=noise.read,
        blur=lines.blur,
        halo=None if noise.luma is not None and noise.luma > _GRAINY else lines.halo,
        resolution=detail.share if detail else None,
        enlarged=detail.factor if detail else None,
        black=levels.black,
        middle=levels.middle,
        white=levels.white,
        clipped_dark=levels.clipped_dark,
        clipped_bright=levels.clipped_bright,
    )


@dataclass(frozen=True)
class _Noise:
    luma: float | None = None
    chroma: float | None = None
    shot: float | None = None
    read: float | None = None


def _as_stored(samples: Samples, image: ImageFile.ImageFile) -> np.ndarray:
    """(H, W, 3) uint8: colour management and turns would blur what a codec left. Transparency becomes plain white."""
    pixels = samples.pixels
    if samples.mode not in _PLAIN:
        pixels, _ = to_srgb(pixels, samples.mode, image.info.get("icc_profile"))
    rgb = np.dstack([pixels] * 3) if pixels.ndim == 2 else pixels
    return rgb if samples.alpha is None else flatten(rgb, samples.alpha, "#ffffff")


def _noise(seen: Planes, past: History, header: Header) -> _Noise:
    luma_steps = np.array(past.steps[0]) if past.steps else None
    top, left = (past.last.top, past.last.left) if past.last else (0, 0)
    blocks = Blocks.of(seen.luma, spoiled(seen.clipped), luma_steps, top, left)
    luma = sigma(blocks)
    slope = sensor(blocks) if luma is not None and luma >= _NOISY else None
    return _Noise(
        luma=luma,
        chroma=None if header.grey else _chroma_noise(seen, past, header),
        shot=slope.shot if slope else None,
        read=slope.read if slope else None,
    )


def _chroma_noise(seen: Planes, past: History, header: Header) -> float | None:
    """None where the sampling is such that a coarse quantisation cannot be taken into account."""
    if past.steps and header.chroma == "4:2:0":
        return chroma_sigma(seen, np.array(past.steps[1]))
    fine = past.last.quality >= _FINE if past.last else header.lossless
    return chroma_sigma(seen) if fine else None
