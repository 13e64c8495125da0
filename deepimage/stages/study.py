"""Study: bytes -> what the picture has been through; the bytes are dropped."""

from typing import Any

import numpy as np
from PIL import Image

from deepimage.config import Limits, validate
from deepimage.stages.base import Row
from deepimage.stages.inspect import Inspect
from deepimage.study.examine import examine


def inspect(data: bytes, options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Runs in a decoder process: the traits of one picture, as JSON. Raises ImageError."""
    Image.MAX_IMAGE_PIXELS = None  # this process does nothing else, and `limits` is checked instead
    traits = examine(data, validate(Limits, options["limits"]))
    return {}, {"traits": np.frombuffer(traits.to_json(), np.uint8)}


class Study(Inspect):
    """Adds `result`, the picture's Traits as JSON."""

    function = "deepimage.stages.study:inspect"

    @staticmethod
    def columns(facts: dict[str, Any], arrays: dict[str, np.ndarray]) -> Row:
        """The one column."""
        return {"result": arrays["traits"].tobytes()}
