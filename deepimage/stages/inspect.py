"""Inspect: what one function finds in each picture, in decoder processes of the worker's own; the bytes are dropped."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import numpy as np

from deepimage.config import Limits
from deepimage.sandbox import Sandbox
from deepimage.stages.base import Resources, Row, Rows, each


class Inspect:
    """Adds `seconds_probe` and what `columns` makes of the answer of `function` (bytes, options -> facts, arrays)."""

    function: ClassVar[str]

    def __init__(self, limits: Limits, workers: int, decoders: int = 1, rows: int = 16) -> None:
        self.resources = Resources(cpus=0.5, rows=rows, workers=workers)
        self._limits = limits
        self._decoders = decoders

    @staticmethod
    def columns(facts: dict[str, Any], arrays: dict[str, np.ndarray]) -> Row:
        """The columns that are added."""
        raise NotImplementedError

    def setup(self) -> None:
        """Start the decoder processes lazily: nothing runs before the first picture."""
        limits = self._limits
        self._sandbox = Sandbox(
            self.function, children=self._decoders, seconds=limits.decode_seconds, memory=limits.decode_memory
        )

    def __call__(self, rows: Rows) -> Rows:
        with ThreadPoolExecutor(self._decoders) as pool:
            seen = list(pool.map(lambda row: each([row], self._look)[0], rows))
        return [{name: value for name, value in row.items() if name != "data"} for row in seen]

    def _look(self, row: Row) -> Row:
        started = time.perf_counter()
        answer = self._sandbox.call(row["data"], {"limits": self._limits.model_dump(mode="json")})
        return self.columns(*answer) | {"seconds_probe": time.perf_counter() - started}
