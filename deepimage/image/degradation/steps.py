"""What the web does to a photo, as small steps with every number fixed: blur, resize, noise, JPEG.

A step maps a HWC uint8 image to a HWC uint8 image and always the full extent onto the full extent, so after any chain
the lr image lies exactly over its hr image. What was drawn at random is in the step: only the noise itself needs `rng`.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np
from PIL import Image


class Step(Protocol):
    """One degradation: HWC uint8 -> HWC uint8. Float results are rounded to the nearest integer and clipped."""

    def __call__(self, image: np.ndarray, rng: np.random.Generator) -> np.ndarray: ...


class Filter(Enum):
    """Antialiased resampling filters; the value is Pillow's."""

    BOX = Image.Resampling.BOX
    BILINEAR = Image.Resampling.BILINEAR
    HAMMING = Image.Resampling.HAMMING
    BICUBIC = Image.Resampling.BICUBIC
    LANCZOS = Image.Resampling.LANCZOS


class Chroma(Enum):
    """JPEG chroma sampling; the value is Pillow's."""

    YUV444 = 0
    YUV422 = 1
    YUV420 = 2


def degrade(hr: np.ndarray, steps: Iterable[Step], rng: np.random.Generator) -> np.ndarray:
    """Apply `steps` in order. hr (H,W,3) uint8 -> lr (h,w,3) uint8; the same rng state gives the same bytes."""
    for step in steps:
        hr = step(hr, rng)
    return hr


@dataclass(frozen=True)
class Blur:
    """Gaussian blur with standard deviations along and across `angle` (radians, from the x axis), in pixels."""

    along: float
    across: float
    angle: float = 0.0

    def __call__(self, image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        margin = int(np.ceil(3 * max(self.along, self.across)))
        padded = np.pad(image, ((margin, margin), (margin, margin), (0, 0)), mode="symmetric").astype(np.float32)
        height, width = padded.shape[:2]
        spectrum = np.fft.rfft2(padded, axes=(0, 1)) * self._transfer(height, width)[..., None]
        blurred = np.fft.irfft2(spectrum, s=(height, width), axes=(0, 1))
        return _uint8(blurred[margin : height - margin, margin : width - margin])

    def _transfer(self, height: int, width: int) -> np.ndarray:
        """The Gaussian in the frequency domain, where any ellipse costs the same; (H, W//2+1) float32."""
        v, u = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
        along = self.along * (u * np.cos(self.angle) + v * np.sin(self.angle))
        across = self.across * (v * np.cos(self.angle) - u * np.sin(self.angle))
        return np.exp(-2 * np.pi**2 * (along**2 + across**2)).astype(np.float32)


@dataclass(frozen=True)
class Resize:
    """Antialiased resize to `width` x `height` pixels."""

    width: int
    height: int
    filter: Filter = Filter.LANCZOS

    def __call__(self, image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return np.asarray(Image.fromarray(image).resize((self.width, self.height), self.filter.value))


@dataclass(frozen=True)
class Noise:
    """Additive Gaussian noise of standard deviation `sigma` (0 to 255 scale), equal in all channels where `grey`."""

    sigma: float
    grey: bool = False

    def __call__(self, image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        shape = (*image.shape[:2], 1) if self.grey else image.shape
        return _uint8(image + np.float32(self.sigma) * rng.standard_normal(shape, dtype=np.float32))


@dataclass(frozen=True)
class Jpeg:
    """A JPEG pass of libjpeg `quality`, its 8x8 grid starting `left`, `top` pixels outside the image."""

    quality: int
    chroma: Chroma = Chroma.YUV420
    left: int = 0
    top: int = 0

    def __call__(self, image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        padded = np.pad(image, ((self.top, 0), (self.left, 0), (0, 0)), mode="edge")
        file = io.BytesIO()
        Image.fromarray(padded).save(file, "JPEG", quality=self.quality, subsampling=self.chroma.value)
        with Image.open(file) as decoded:
            return np.asarray(decoded)[self.top :, self.left :]


def _uint8(values: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
