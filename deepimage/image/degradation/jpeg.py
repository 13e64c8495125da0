"""A JPEG pass: the real libjpeg on a CPU, the same arithmetic batched on a GPU."""

import io
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import simplejpeg
import torch
from PIL import Image

from deepimage.image.degradation import dct
from deepimage.image.degradation.canvas import Canvas
from deepimage.image.degradation.codecs import Codec
from deepimage.image.degradation.tables import Pair, scaled


@dataclass(frozen=True)
class Jpeg(Codec):
    """A JPEG of libjpeg's `quality` with the base `tables` of that name, or with its `own` as they stand."""

    tables: str = "ijg"
    chroma: str = "4:2:0"
    upsampling: str = "fancy"
    own: Pair | None = None

    @property
    def steps(self) -> Pair:
        """The quantisation tables in the file."""
        return self.own or scaled(self.tables, self.quality)

    def group(self, unit: float) -> Hashable:
        return self.chroma

    @classmethod
    def apply(cls, canvas: Canvas, operations: Sequence["Jpeg"]) -> Canvas:  # type: ignore[override]
        return super().apply(canvas, operations) if canvas.pixels.device.type == "cpu" else batched(canvas, operations)

    def through(self, rgb: np.ndarray) -> np.ndarray:
        file = io.BytesIO()
        Image.fromarray(rgb).save(file, "JPEG", qtables=self.steps, subsampling=self.chroma)
        return np.asarray(simplejpeg.decode_jpeg(file.getbuffer(), fastupsample=self.upsampling == "nearest"))


def batched(canvas: Canvas, operations: Sequence[Jpeg]) -> Canvas:
    """The same without files; `operations` share their chroma sampling."""
    pixels = dct.compress(
        canvas.pixels,
        canvas.sizes,
        corners=[(op.top, op.left) for op in operations],
        tables=torch.tensor([op.steps for op in operations], device=canvas.pixels.device),
        chroma=operations[0].chroma,
        fancy=[op.upsampling == "fancy" for op in operations],
    )
    return canvas.painted(pixels)
