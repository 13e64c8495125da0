"""Which of several copies is the canonical one: a total order, so that no choice depends on rows, workers or chance."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

CANONICAL = (
    ("pixels", "descending"),
    ("lossless", "descending"),
    ("jpeg_quality", "descending"),
    ("bits", "descending"),
    ("size", "descending"),
    ("input", "ascending"),
)
"""The best copy first; unknown values last; `pixels` is width * height."""


def canonical_order(rows: pa.Table, within: Sequence[str] = ()) -> pa.Array:
    """Indices that sort `rows` by the columns `within`, then best copy first.

    `rows` has `input`, `width`, `height`, `lossless`, `jpeg_quality`, `bits` and `size`.
    """
    pixels = pc.multiply(rows["width"].cast(pa.int64()), rows["height"].cast(pa.int64()))
    keys = [*((name, "ascending") for name in within), *CANONICAL]
    return pc.sort_indices(rows.append_column("pixels", pixels), sort_keys=keys)


def run_starts(keys: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """keys (N,), equal ones side by side -> (N,) int64: for each row the index of the first row of its run."""
    first = np.ones(len(keys), dtype=bool)
    first[1:] = keys[1:] != keys[:-1]
    return np.maximum.accumulate(np.where(first, np.arange(len(keys)), 0))
