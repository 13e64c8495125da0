"""Probe: bytes -> what the plan needs to know of a picture, and its fingerprint; the bytes are dropped."""

from typing import Any

import numpy as np

from deepimage.config import Limits
from deepimage.dedupe.fingerprint import fingerprint
from deepimage.image.codec.decode import decode
from deepimage.image.codec.header import read_header
from deepimage.image.finish import as_seen
from deepimage.image.measure import centre, noise_sigma, sharpness
from deepimage.metrics.psnr import luma
from deepimage.stages.base import Row
from deepimage.stages.inspect import Inspect


def inspect(data: bytes, options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Runs in a decoder process: header facts, fingerprint and measures of one picture. Raises ImageError."""
    limits = Limits(**options["limits"])
    header = read_header(data, limits)
    picture = decode(data, limits)
    rgb = as_seen(picture, "#ffffff")
    marks = fingerprint(rgb)
    grey = luma(centre(rgb)).astype(np.uint8)
    facts = {
        "width": header.width,
        "height": header.height,
        "format": header.format,
        "mode": header.mode,
        "bits": header.bits,
        "megapixels": header.width * header.height / 1e6,
        "orientation": header.orientation,
        "has_alpha": picture.alpha is not None,
        "grey": picture.grey,
        "lossless": header.lossless,
        "jpeg_quality": header.jpeg_quality,
        "noise": noise_sigma(grey),
        "sharpness": sharpness(grey),
        "pdq_quality": marks.quality,
    }
    arrays = {"lab": np.frombuffer(marks.lab, np.uint8)}
    if marks.pdq is not None:
        arrays["pdq"] = np.frombuffer(marks.pdq, np.uint8)
    return facts, arrays


class Probe(Inspect):
    """Adds the FACTS and FINGERPRINT columns."""

    function = "deepimage.stages.probe:inspect"

    @staticmethod
    def columns(facts: dict[str, Any], arrays: dict[str, np.ndarray]) -> Row:
        """The facts, and the marks as bytes."""
        return facts | {name: array.tobytes() for name, array in arrays.items()}
