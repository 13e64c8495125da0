"""How noise grows with light: variance a x + b of linear light x in [0, 1], shot and read noise (Foi et al. 2008)."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from deepimage.study.noise import Blocks, sigma

GAMMA = 2.2
"""Linear light is (value / 255) ** GAMMA, as in the degradation `sensor`."""
_EDGES = (16, 40, 64, 88, 112, 136, 160, 184, 208, 240)  # bins of a block's mean luma
_SHARE = 0.15  # of the blocks of a bin, the smoothest
_FEWEST = 3  # bins with an estimate
_RANGE = 48  # of luma that these have to span; else a slope is a guess


@dataclass(frozen=True)
class Sensor:
    """Variance shot * x + read of luma in linear light x in [0, 1]."""

    shot: float
    read: float


def sensor(blocks: Blocks) -> Sensor | None:
    """The line through the noise of bins of brightness; None where the picture has too few of them.

    Neither term is negative; read noise that is hidden by shot noise reads 0.
    """
    means = blocks.coefficients[:, 0] / 8
    found: list[tuple[float, float, int]] = []
    for low, high in pairwise(_EDGES):
        inside = (means >= low) & (means < high)
        if (deviation := sigma(blocks.where(inside), _SHARE)) is not None:
            found.append(((low + high) / 2, deviation, int(inside.sum())))
    if len(found) < _FEWEST or found[-1][0] - found[0][0] < _RANGE:
        return None
    middles, deviations, numbers = (np.array(column, np.float64) for column in zip(*found, strict=True))
    light = (middles / 255) ** GAMMA
    slope = GAMMA * (middles / 255) ** (GAMMA - 1) / 255  # linear light per 8-bit step
    return _line(light, np.square(deviations * slope), numbers)


def _line(light: np.ndarray, variance: np.ndarray, numbers: np.ndarray) -> Sensor:
    """Non-negative least squares; each bin weighs by its relative error, or the bright ones alone would count."""
    weight = np.sqrt(numbers) / np.maximum(variance, 1e-9)
    design = np.stack([light, np.ones_like(light)], axis=1) * weight[:, None]
    target = variance * weight
    shot, read = np.linalg.lstsq(design, target, rcond=None)[0]
    if shot < 0:
        shot, read = 0.0, design[:, 1] @ target / (design[:, 1] @ design[:, 1])
    elif read < 0:
        shot, read = design[:, 0] @ target / (design[:, 0] @ design[:, 0]), 0.0
    return Sensor(float(shot), float(read))
