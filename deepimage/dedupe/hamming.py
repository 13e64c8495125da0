"""256-bit hashes as arrays: out of Arrow columns, and how many bits apart they are."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

HASH_BYTES = 32
HASH = pa.binary(HASH_BYTES)

Words = npt.NDArray[np.uint64]


def fixed_bytes(column: pa.ChunkedArray, width: int) -> npt.NDArray[np.uint8]:
    """A binary column without nulls, every value `width` bytes long -> (N,width) uint8."""
    chunks = [_bytes_of(chunk, width) for chunk in column.cast(pa.binary(width)).chunks]
    return np.concatenate([np.empty((0, width), np.uint8), *chunks])


def hamming(left: Words, right: Words) -> npt.NDArray[np.int32]:
    """Hashes (...,4) uint64 -> (...) int32: the number of bits that differ, 0 to 256."""
    return np.bitwise_count(left ^ right).sum(axis=-1, dtype=np.int32)


def _bytes_of(chunk: Any, width: int) -> npt.NDArray[np.uint8]:
    data = np.frombuffer(chunk.buffers()[1], dtype=np.uint8)
    return data[chunk.offset * width :][: len(chunk) * width].reshape(-1, width)
