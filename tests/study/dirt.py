"""Photos with a known past: what the study has to find."""

import io

import numpy as np
from PIL import Image, ImageFilter

from deepimage.config import Limits
from deepimage.study.blocks import spoiled
from deepimage.study.examine import examine
from deepimage.study.planes import Planes, planes
from deepimage.study.traits import Traits

RGB_NOISE = 0.669
"""Standard deviation of luma where each channel has 1."""


def saved(rgb: np.ndarray, format: str = "PNG", **options: object) -> bytes:
    """The bytes of a file."""
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, format, **options)
    return buffer.getvalue()


def jpeg(rgb: np.ndarray, quality: int, subsampling: int = 2) -> np.ndarray:
    """Through a JPEG file and back; subsampling as in Pillow, 2 = 4:2:0."""
    return np.asarray(Image.open(io.BytesIO(saved(rgb, "JPEG", quality=quality, subsampling=subsampling))))


def shifted(rgb: np.ndarray, top: int, left: int) -> np.ndarray:
    """Without its first rows and columns: a grid at (0, 0) is at (-top % 8, -left % 8) then."""
    return np.ascontiguousarray(rgb[top:, left:])


def noisy(rgb: np.ndarray, sigma: float, seed: int = 0, grey: bool = True) -> np.ndarray:
    """White noise that gives luma a standard deviation of `sigma`, the same in all channels or one for each."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((*rgb.shape[:2], 1 if grey else 3)) * (sigma if grey else sigma / RGB_NOISE)
    return np.clip(np.rint(rgb + noise), 0, 255).astype(np.uint8)


def resized(rgb: np.ndarray, factor: float, kernel: str = "LANCZOS") -> np.ndarray:
    height, width = rgb.shape[:2]
    size = round(width * factor), round(height * factor)
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling[kernel]))


def blurred(rgb: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian (Pillow's is a stack of boxes, right to a few per cent)."""
    return np.asarray(Image.fromarray(rgb).filter(ImageFilter.GaussianBlur(sigma)))


def sharpened(rgb: np.ndarray, amount: float, radius: float = 1.0) -> np.ndarray:
    return np.asarray(Image.fromarray(rgb).filter(ImageFilter.UnsharpMask(radius, round(100 * amount), 0)))


def ramp(height: int = 512, width: int = 512) -> np.ndarray:
    """A smooth grey picture of all levels from 40 to 215, without noise or edges."""
    levels = np.linspace(40, 215, width)[None, :, None] + 20 * np.sin(np.linspace(0, 3, height))[:, None, None]
    return np.repeat(np.clip(np.rint(levels), 0, 255), 3, axis=2).astype(np.uint8)


def seen(rgb: np.ndarray) -> tuple[Planes, np.ndarray]:
    """Planes, and where blocks are spoiled."""
    found = planes(rgb)
    return found, spoiled(found.clipped)


def studied(data: bytes) -> Traits:
    return examine(data, Limits())
