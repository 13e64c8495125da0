"""Every name that can stand after `--model`: a shipped generator, a checkpoint file, an interpolator."""

import math

from deepimage.image.interpolation import KERNELS
from deepimage.models.checkpoint import Checkpoint, Facts, load
from deepimage.models.interpolator import Interpolator

INTERPOLATORS = tuple(KERNELS)
DEFAULT_SCALE = 4  # of an interpolator whose recipe names no size


def open_checkpoint(model: str, scale: float | None = None) -> Checkpoint:
    """The generator named or pointed at by `model`. Raises CheckpointError.

    An interpolator takes the whole factor at or above `scale`; a trained generator has its own.
    """
    if model not in KERNELS:
        return load(model)
    factor = max(math.ceil(scale or DEFAULT_SCALE), 1)
    generator = Interpolator(model, factor)
    facts = Facts(arch="interpolation", scale=factor, halo=generator.halo, dtype_ok=("fp32",))
    return Checkpoint(model, generator, facts, sha256=f"{model}-x{factor}")
