"""Pictures of any size, enlarged and shrunk by any kernel, strip by strip."""

import numpy as np

from deepimage.image.interpolation.weights import Block, blocks

_STRIP = 4_000_000  # values held as float between the two passes


def interpolate(pixels: np.ndarray, height: int, width: int, kernel: str) -> np.ndarray:
    """(H, W) or (H, W, C) uint8 -> (height, width[, C]) uint8 by a kernel of KERNELS, antialiased when shrinking.

    Exact to the rounding at the end; beside input and output it holds one strip.
    """
    lr = pixels.reshape(*pixels.shape[:2], -1)
    channels = lr.shape[2]
    out = np.empty((height, width * channels), np.uint8)
    columns = blocks(lr.shape[1], width, kernel)
    for strip in _strips(blocks(lr.shape[0], height, kernel), max(lr.shape[1], width) * channels):
        top = strip[0].inputs.start
        rows = _widen(lr[top : strip[-1].inputs.stop], columns)
        for block in strip:
            out[block.outputs] = _to_uint8(block.weights @ rows[block.inputs.start - top : block.inputs.stop - top])
    return out.reshape(height, width, *pixels.shape[2:])


def _strips(rows: tuple[Block, ...], row_values: int) -> list[list[Block]]:
    """Successive blocks of rows, together as many as their inputs may be held at once."""
    strips: list[list[Block]] = [[]]
    for block in rows:
        if strips[-1] and (block.inputs.stop - strips[-1][0].inputs.start) * row_values > _STRIP:
            strips.append([])
        strips[-1].append(block)
    return strips


def _widen(lr: np.ndarray, columns: tuple[Block, ...]) -> np.ndarray:
    """(h, W, C) uint8 -> (h, width * C) float32: the pass along the rows, one plane after another."""
    height, _, channels = lr.shape
    wide = np.empty((height, columns[-1].outputs.stop, channels), np.float32)
    for channel in range(channels):
        plane = lr[:, :, channel].astype(np.float32)
        for block in columns:
            wide[:, block.outputs, channel] = plane[:, block.inputs] @ block.weights.T
    return wide.reshape(height, -1)


def _to_uint8(values: np.ndarray) -> np.ndarray:
    np.rint(values, out=values)
    return np.clip(values, 0, 255, out=values).astype(np.uint8)
