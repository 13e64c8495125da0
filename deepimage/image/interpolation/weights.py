"""The weights of a kernel along one axis, in the convention of Pillow.

Pixel centres lie at half-integers; when shrinking the kernel is stretched (antialiasing); weights that fall outside
the image are dropped and the rest normalised. The matrix they form is a narrow band, so it is applied in blocks.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from deepimage.image.interpolation.kernels import KERNELS

_REACH = 8  # pixels of the coarser side per block: longer multiplies more zeros, shorter calls BLAS more often


@dataclass(frozen=True)
class Block:
    """Some outputs and all they are made of: out[outputs] = weights @ in[inputs], weights float32, rows sum to one."""

    outputs: slice
    inputs: slice
    weights: np.ndarray


@lru_cache(maxsize=64)
def blocks(size_in: int, size_out: int, kernel: str) -> tuple[Block, ...]:
    """The resampling of `size_in` pixels to `size_out` as blocks that partition the outputs, in order."""
    step = max(_REACH, _REACH * size_out // size_in)
    return tuple(_block(top, min(top + step, size_out), size_in, size_out, kernel) for top in range(0, size_out, step))


def matrix(size_in: int, size_out: int, kernel: str) -> np.ndarray:
    """(size_out, size_in) float32 rows that sum to one: out = matrix @ in, along one axis. For small sizes."""
    dense = np.zeros((size_out, size_in), np.float32)
    for block in blocks(size_in, size_out, kernel):
        dense[block.outputs, block.inputs] = block.weights
    return dense


def _block(top: int, bottom: int, size_in: int, size_out: int, kernel: str) -> Block:
    ratio = size_in / size_out
    stretch = max(ratio, 1.0)
    reach = KERNELS[kernel].support * stretch
    centres = (np.arange(top, bottom) + 0.5) * ratio - 0.5
    first = max(math.ceil(centres[0] - reach), 0)
    last = min(math.floor(centres[-1] + reach), size_in - 1)
    weights = KERNELS[kernel].weight((np.arange(first, last + 1)[None, :] - centres[:, None]) / stretch)
    weights /= weights.sum(axis=1, keepdims=True)
    return Block(slice(top, bottom), slice(first, last + 1), weights.astype(np.float32))
