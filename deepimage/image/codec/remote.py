"""Decoding in another process: the same Picture, and a file that kills its decoder kills nothing else."""

from typing import Any, Protocol

import numpy as np

from deepimage.config import Limits
from deepimage.errors import ImageError
from deepimage.image.codec.picture import Picture, from_arrays

FUNCTION = "deepimage.image.codec.decode:decode_arrays"


class Caller(Protocol):
    """What runs FUNCTION elsewhere; a deepimage.sandbox.Sandbox."""

    def call(self, data: bytes | memoryview, options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """FUNCTION(data, options), or the ImageError that stopped it."""


def decode(sandbox: Caller, data: bytes | memoryview, limits: Limits, rows: tuple[int, int] | None = None) -> Picture:
    """`decode.decode(data, limits)` inside `sandbox`, or (top, bottom) of its rows: no others come into this process.

    Raises the same ImageErrors, E_TIMEOUT and E_CRASH.
    """
    options: dict[str, Any] = {"limits": limits.model_dump(mode="json")}
    facts, arrays = sandbox.call(data, options | ({"rows": rows} if rows else {}))
    try:
        return from_arrays(facts, arrays)
    except ValueError as error:
        raise ImageError("E_CRASH", f"its decoder sent no picture: {error}") from None
