"""Locally normalised luminance (Mittal, Moorthy and Bovik 2012), which NIQE and PIQE look at instead of pixels."""

import numpy as np

from deepimage.metrics.windows import everywhere, gaussian

_WINDOW = gaussian(3, 7 / 6)


def normalised(plane: np.ndarray) -> np.ndarray:
    """(H,W) luma, 0 to 255 -> (H,W): deviation from the local mean over (local standard deviation + 1)."""
    mean = everywhere(plane, _WINDOW)
    variance = everywhere(plane * plane, _WINDOW) - mean * mean
    return np.asarray((plane - mean) / (np.sqrt(np.abs(variance)) + 1))
