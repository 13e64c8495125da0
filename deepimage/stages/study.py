"""Study: bytes -> what the picture has been through; the bytes are dropped."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from PIL import Image

from deepimage.config import Limits, validate
from deepimage.sandbox import Sandbox
from deepimage.stages.base import Resources, Row, Rows, each
from deepimage.study.examine import examine

INSPECT = "deepimage.stages.study:inspect"


def inspect(data: bytes, options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Runs in a decoder process: the traits of one picture, as JSON. Raises ImageError."""
    Image.MAX_IMAGE_PIXELS = None  # this process does nothing else, and `limits` is checked instead
    traits = examine(data, validate(Limits, options["limits"]))
    return {}, {"traits": np.frombuffer(traits.to_json(), np.uint8)}


class Study:
    """Adds `result`, the picture's Traits as JSON, and its `megapixels`; a worker owns its decoder processes."""

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
            studied = list(pool.map(lambda row: each([row], self._study)[0], rows))
        return [{name: value for name, value in row.items() if name != "data"} for row in studied]

    def _study(self, row: Row) -> Row:
        started = time.perf_counter()
        _, arrays = self._sandbox.call(row["data"], {"limits": self._limits.model_dump(mode="json")})
        return {"result": arrays["traits"].tobytes(), "seconds_probe": time.perf_counter() - started}
