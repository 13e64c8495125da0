"""Probe: bytes -> what the plan needs to know of a picture, and its fingerprint; the bytes are dropped."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from deepimage.config import Limits
from deepimage.dedupe.fingerprint import fingerprint
from deepimage.image.codec.decode import decode
from deepimage.image.codec.header import read_header
from deepimage.image.finish import as_seen
from deepimage.image.measure import centre, noise_sigma, sharpness
from deepimage.metrics.psnr import luma
from deepimage.sandbox import Sandbox
from deepimage.stages.base import Resources, Row, Rows, each

INSPECT = "deepimage.stages.probe:inspect"


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


class Probe:
    """Adds the FACTS and FINGERPRINT columns; a worker owns its decoder processes."""

    def __init__(self, limits: Limits, workers: int, decoders: int = 1, rows: int = 16) -> None:
        self.resources = Resources(cpus=0.5, rows=rows, workers=workers)
        self._limits = limits
        self._decoders = decoders

    def setup(self) -> None:
        """Start the decoder processes lazily: nothing runs before the first picture."""
        self._sandbox = Sandbox(
            INSPECT, children=self._decoders, seconds=self._limits.decode_seconds, memory=self._limits.decode_memory
        )

    def __call__(self, rows: Rows) -> Rows:
        with ThreadPoolExecutor(self._decoders) as pool:
            probed = list(pool.map(lambda row: each([row], self._probe)[0], rows))
        return [{name: value for name, value in row.items() if name != "data"} for row in probed]

    def _probe(self, row: Row) -> Row:
        started = time.perf_counter()
        facts, arrays = self._sandbox.call(row["data"], {"limits": self._limits.model_dump(mode="json")})
        marks = {name: array.tobytes() for name, array in arrays.items()}
        return facts | marks | {"seconds_probe": time.perf_counter() - started}
