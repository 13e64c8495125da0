"""8x8 blocks and their DCT, for any place of the grid."""

import numpy as np

SIDE = 8


def _dct() -> np.ndarray:
    """(8, 8) float32: rows are the orthonormal DCT-II's frequencies."""
    frequency, place = np.arange(SIDE)[:, None], np.arange(SIDE)[None]
    waves = np.cos((2 * place + 1) * frequency * np.pi / (2 * SIDE)) / 2
    waves[0] /= np.sqrt(2)
    return waves.astype(np.float32)


DCT = np.kron(_dct(), _dct()).T.copy()
"""(64 pixels, 64 coefficients) float32, both row by row: blocks @ DCT are JPEG's coefficients before quantisation."""


def cut(plane: np.ndarray, top: int, left: int) -> np.ndarray:
    """(H, W) -> (blocks, 64): the whole blocks of the grid that begins at (top, left), row by row."""
    rest = plane[top:, left:]
    down, across = rest.shape[0] // SIDE, rest.shape[1] // SIDE
    whole = rest[: down * SIDE, : across * SIDE].reshape(down, SIDE, across, SIDE)
    return whole.swapaxes(1, 2).reshape(-1, SIDE * SIDE)


def spoiled(clipped: np.ndarray) -> np.ndarray:
    """(H, W) bool -> bool of the same shape: is anything clipped in the block whose first pixel is here?"""
    result = clipped.copy()
    for reach in (1, 2, 4):  # 1 + 2 + 4 pixels ahead, and the pixel itself
        result[:-reach] |= result[reach:]
        result[:, :-reach] |= result[:, reach:]
    return result


def sound(spoiled_: np.ndarray, top: int, left: int) -> np.ndarray:
    """(blocks,) bool in the order of `cut`: nothing is clipped. `spoiled_`: what `spoiled` gave."""
    down, across = (spoiled_.shape[0] - top) // SIDE, (spoiled_.shape[1] - left) // SIDE
    return ~spoiled_[top::SIDE, left::SIDE][:down, :across].ravel()
