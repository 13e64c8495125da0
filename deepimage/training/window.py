"""Where the networks that judge sr look."""

from types import EllipsisType

import numpy as np
from torch import Tensor

from deepimage.training.config import Training

Window = tuple[EllipsisType, slice, slice]


def window_of(sr: Tensor, step: int, config: Training) -> Window:
    """Where the networks look in this step: it moves, so that their grids do not show in the gradient, and leaves out
    most of the rim, where a generator lacks its context."""
    side = min(config.losses.window, sr.shape[-1])
    rng = np.random.default_rng((config.seed, step))
    top, left = (int(n) for n in rng.integers(0, sr.shape[-1] - side + 1, 2))
    return ..., slice(top, top + side), slice(left, left + side)
