"""PIQE: the share and strength of distorted blocks, without any training (Venkatanath et al. 2015).

Conventions, those of MATLAB's `piqe`, by which figures are published: grey by BT.601, rounded, stretched so that the
brightest pixel is 255; blocks of 16x16, a mirrored border to fill the last. 0 = clean, 100 = bad; noise and blocking
raise it, and an even picture has 100. Blur that leaves no blocks may pass unseen.
"""

import numpy as np

from deepimage.metrics.mscn import normalised

_BLOCK = 16
_SEGMENT = 6  # pixels of a block's edge
_ACTIVE = 0.1  # variance of a block above which it counts
_IMPAIRED = 0.1  # deviation of a segment below which its edge is unnaturally even
_GREY = np.array([0.299, 0.587, 0.114])


def piqe(image: np.ndarray) -> float:
    """PIQE of an (H,W,3) uint8 image, 0 to 100."""
    blocks = _blocks(normalised(_stretched(image)))
    variance = blocks.var(axis=(1, 2), ddof=1)
    blocks, variance = blocks[variance > _ACTIVE], variance[variance > _ACTIVE]
    distortion = (1 - variance)[_impaired(blocks)].sum() + variance[_noisy(blocks, variance)].sum()
    return float(100 * (distortion + 1) / (len(blocks) + 1))


def _stretched(image: np.ndarray) -> np.ndarray:
    grey = np.rint(image @ _GREY)
    filled = np.pad(grey, [(0, -side % _BLOCK) for side in grey.shape], mode="symmetric")
    return np.asarray(np.rint(filled * (255 / max(filled.max(), 1))))


def _blocks(plane: np.ndarray) -> np.ndarray:
    """(H,W) -> (blocks, 16, 16)."""
    down, across = (length // _BLOCK for length in plane.shape)
    return plane.reshape(down, _BLOCK, across, _BLOCK).swapaxes(1, 2).reshape(-1, _BLOCK, _BLOCK)


def _impaired(blocks: np.ndarray) -> np.ndarray:
    """(n,) bool: a segment of one of the four edges is even, as at the border of a compressed block."""
    edges = np.stack([blocks[:, 0], blocks[:, -1], blocks[:, :, 0], blocks[:, :, -1]], axis=1)
    segments = np.lib.stride_tricks.sliding_window_view(edges, _SEGMENT, axis=-1)
    return np.asarray((segments.std(axis=-1, ddof=1) < _IMPAIRED).any(axis=(1, 2)))


def _noisy(blocks: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """(n,) bool: the two middle columns vary as the rest of the block does, as in noise.

    "The rest" lacks columns 7 and 9, as in MATLAB's code, which deletes the second after it has closed the first's gap.
    """
    middle = blocks[:, :, 7:9].std(axis=(1, 2), ddof=1)
    rest = np.delete(blocks, (7, 9), axis=2).std(axis=(1, 2), ddof=1)
    ratio = np.divide(middle, rest, out=np.zeros_like(middle), where=rest > 0)
    deviation = np.sqrt(variance)
    return deviation > 2 * np.abs(deviation - ratio) / np.maximum(deviation, ratio)
