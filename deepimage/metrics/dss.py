"""DSS: likeness of the sub-bands of an 8x8 cosine transform (Balanov, Schwartz, Moshe and Peleg 2015).

Of the metrics that were trained on nothing it agrees best with people about the artefacts of GANs (PIPAL).
Conventions: luma of YIQ (0 to 255) from 8-bit RGB, whole blocks from the top left corner; local spread under a Gaussian
3x3 of sigma 1.5, zero outside; each sub-band counts by its worst 5 %, low frequencies most. 1 = equal.
"""

import numpy as np

from deepimage.metrics.windows import gaussian, inside

BLOCK = 8
_LUMA = np.array([0.299, 0.587, 0.114])
_WINDOW = gaussian(1, 1.5)
_SPREAD = 1.55  # of the weights over frequency, sub-bands
_NEGLIGIBLE = 1e-2  # weight below which a sub-band is left out
_C_DC, _C_AC = 1000.0, 300.0
_WORST = 0.05


def dss(a: np.ndarray, b: np.ndarray) -> float:
    """DSS between two (H,W,3) uint8 images, at most 1. Raises ValueError below 8x8 pixels."""
    if min(a.shape[:2]) < BLOCK:
        raise ValueError(f"DSS needs {BLOCK} pixels a side, got {a.shape[1]}x{a.shape[0]}")
    bands_a, bands_b = _subbands(a), _subbands(b)
    weighted = total = 0.0
    for (m, n), weight in np.ndenumerate(_WEIGHTS):
        if weight >= _NEGLIGIBLE:
            weighted += float(weight) * _likeness(bands_a[m, n], bands_b[m, n], dc=not m and not n)
            total += float(weight)
    return weighted / total


def _likeness(x: np.ndarray, y: np.ndarray, dc: bool) -> float:
    """How alike one sub-band (blocks down, blocks across) of two pictures varies from place to place."""
    c = _C_DC if dc else _C_AC
    mean_x, mean_y = _smooth(x), _smooth(y)
    variance_x = np.maximum(_smooth(x * x) - mean_x**2, 0)
    variance_y = np.maximum(_smooth(y * y) - mean_y**2, 0)
    product = np.sqrt(variance_x * variance_y)
    contrast = _worst((2 * product + c) / (variance_x + variance_y + c))
    if not dc:
        return contrast
    return contrast * _worst((_smooth(x * y) - mean_x * mean_y + c) / (product + c))


def _subbands(image: np.ndarray) -> np.ndarray:
    """(H,W,3) uint8 -> (8, 8, H//8, W//8) coefficients by frequency."""
    height, width = (side // BLOCK for side in image.shape[:2])
    luma = image[: height * BLOCK, : width * BLOCK] @ _LUMA
    blocks = luma.reshape(height, BLOCK, width, BLOCK)
    return np.einsum("mi,hiwj,nj->mnhw", _COSINES, blocks, _COSINES, optimize=True)


def _cosines() -> np.ndarray:
    """The orthonormal cosine transform, a frequency in each row."""
    frequency, place = np.arange(BLOCK)[:, None], np.arange(BLOCK) + 0.5
    rows = np.cos(np.pi / BLOCK * frequency * place) * np.sqrt(2 / BLOCK)
    rows[0] /= np.sqrt(2)
    return rows


def _smooth(plane: np.ndarray) -> np.ndarray:
    return inside(np.pad(plane, len(_WINDOW) // 2), _WINDOW)


def _worst(likeness: np.ndarray) -> float:
    few = max(round(_WORST * likeness.size), 1)
    return float(np.partition(likeness, few - 1, axis=None)[:few].mean())


_COSINES = _cosines()
_FREQUENCY = np.arange(BLOCK) + 0.5
_WEIGHTS = np.exp(-np.add.outer(_FREQUENCY**2, _FREQUENCY**2) / (2 * _SPREAD**2))
