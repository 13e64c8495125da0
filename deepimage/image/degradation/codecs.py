"""Files written and read again by the real codecs, one picture at a time on a CPU; and rounding to 8 bits."""

import io
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from deepimage.image.degradation.canvas import Canvas, Operation


@dataclass(frozen=True)
class Codec(Operation):
    """A lossy file of the library's `quality`, whose block grid begins `top`, `left` pixels outside the picture."""

    quality: int
    top: int = 0
    left: int = 0

    @abstractmethod
    def through(self, rgb: np.ndarray) -> np.ndarray:
        """(H,W,3) uint8, written and read."""

    @classmethod
    def apply(cls, canvas: Canvas, operations: Sequence["Codec"]) -> Canvas:
        pixels = torch.zeros_like(canvas.pixels)
        for row, ((height, width), op) in enumerate(zip(canvas.sizes, operations, strict=True)):
            picture = canvas.pixels[row : row + 1, :, :height, :width]
            framed = F.pad(picture, (op.left, 0, op.top, 0), mode="replicate")[0]
            pixels[row, :, :height, :width] = from_bytes(op.through(to_bytes(framed)))[:, op.top :, op.left :]
        return canvas.painted(pixels)


@dataclass(frozen=True)
class Webp(Codec):
    """Lossy WebP, always 4:2:0, at the encoder's usual effort."""

    def through(self, rgb: np.ndarray) -> np.ndarray:
        return through_pillow(rgb, "WEBP", quality=self.quality)


@dataclass(frozen=True)
class Avif(Codec):
    """AVIF 4:2:0 at the encoder's fastest speed: slower ones take 20 ms and more for a crop."""

    def through(self, rgb: np.ndarray) -> np.ndarray:
        return through_pillow(rgb, "AVIF", quality=self.quality, speed=10, max_threads=1)


@dataclass(frozen=True)
class Png(Operation):
    """A lossless file: values become whole 8-bit steps."""

    @classmethod
    def apply(cls, canvas: Canvas, operations: Sequence["Png"]) -> Canvas:
        return canvas.painted((canvas.pixels * 255).round_() / 255)


def through_pillow(rgb: np.ndarray, format: str, **options: Any) -> np.ndarray:
    """(H,W,3) uint8 as a file of Pillow's `format`, written and read."""
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, format, **options)
    with Image.open(file) as image:
        return np.asarray(image)


def to_bytes(picture: Tensor) -> np.ndarray:
    """(3,H,W) float in [0, 1] on any device -> (H,W,3) uint8, rounded to nearest."""
    planes = np.rint(picture.cpu().numpy() * np.float32(255)).astype(np.uint8)
    return np.stack(list(planes), axis=-1)  # three times as fast as a transposed copy


def from_bytes(rgb: np.ndarray) -> Tensor:
    """(H,W,3) uint8 -> (3,H,W) float32 in [0, 1]."""
    return torch.from_numpy(rgb.transpose(2, 0, 1).astype(np.float32, order="C")) / 255
