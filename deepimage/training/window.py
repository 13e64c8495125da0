"""Where the networks that judge sr look."""

from types import EllipsisType

import numpy as np
import torch.nn.functional as F
from torch import Tensor

from deepimage.training.config import Training

Window = tuple[EllipsisType, slice, slice]
_SMALLEST = 0.5


def window_of(sr: Tensor, step: int, config: Training) -> Window:
    """Where the networks look in this step: it moves, so that their grids do not show in the gradient, and leaves out
    most of the rim, where a generator lacks its context."""
    side = min(config.losses.window, sr.shape[-1])
    rng = np.random.default_rng((config.seed, step))
    top, left = (int(n) for n in rng.integers(0, sr.shape[-1] - side + 1, 2))
    return ..., slice(top, top + side), slice(left, left + side)


def resized(image: Tensor, step: int, config: Training) -> Tensor:
    """The image at another size in every step, half to whole: a pattern that a network takes for texture, or does not
    see, at one size is another thing at the next (after E-LPIPS, Kettunen et al. 2019). BCHW -> BCHW."""
    factor = np.random.default_rng((config.seed, step, 1)).uniform(_SMALLEST, 1)
    size = [round(factor * side) for side in image.shape[-2:]]
    return F.interpolate(image, size, mode="bicubic", antialias=True)
