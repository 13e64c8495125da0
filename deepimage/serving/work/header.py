"""A picture's size, read in a decoder process: what its restoration will cost, before it costs anything."""

from typing import Any

import numpy as np

from deepimage.config import Limits
from deepimage.image.codec.header import read_header

FUNCTION = f"{__name__}:read"


def read(data: bytes, options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Runs in a decoder process: the upright height and width. Raises ImageError."""
    header = read_header(data, Limits(**options["limits"]))
    return {"height": header.height, "width": header.width}, {}
