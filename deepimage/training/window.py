"""Where the networks that judge sr look."""

from types import EllipsisType

import numpy as np
import torch.nn.functional as F
from torch import Tensor

from deepimage.training.config import Training

Window = tuple[EllipsisType, slice, slice]
_SMALLEST_SHARE = 0.5
_SMALLEST_SIDE = 32  # LPIPS has no value below 17


def window_of(sr: Tensor, step: int, config: Training) -> Window:
    """Where the networks look in this step: it moves, so that their grids do not show in the gradient, and leaves out
    most of the rim, where a generator lacks its context."""
    side = min(config.losses.window, sr.shape[-1])
    rng = np.random.default_rng((config.seed, step))
    top, left = (int(n) for n in rng.integers(0, sr.shape[-1] - side + 1, 2))
    return ..., slice(top, top + side), slice(left, left + side)


def resized(image: Tensor, step: int, config: Training) -> Tensor:
    """A window at another size in every step, half to whole: a pattern that a network takes for texture, or does not
    see, at one size is another thing at the next (after E-LPIPS, Kettunen et al. 2019). BCHW, square -> BCHW."""
    side = image.shape[-1]
    share = np.random.default_rng((config.seed, step, 1)).uniform(_SMALLEST_SHARE, 1)
    smaller = max(round(share * side), min(side, _SMALLEST_SIDE))
    return F.interpolate(image, (smaller, smaller), mode="bicubic", antialias=True)
