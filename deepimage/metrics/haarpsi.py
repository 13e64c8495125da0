"""HaarPSI: likeness of Haar wavelet coefficients (Reisenhofer, Bosse, Kutyniok and Wiegand 2018).

Conventions: YIQ from 8-bit RGB, shrunk to half by the mean of 2x2 pixels, whole picture; C = 30, alpha = 4.2, three
scales, of which the coarsest weighs the two finer ones. 1 = equal, 0 = nothing in common.
"""

import numpy as np

_YIQ = np.array([[0.299, 0.587, 0.114], [0.5959, -0.2746, -0.3213], [0.2115, -0.5227, 0.3112]])
_C = 30.0
_ALPHA = 4.2


def haarpsi(a: np.ndarray, b: np.ndarray) -> float:
    """HaarPSI between two (H,W,3) uint8 images, 0 to 1."""
    (y_a, *chroma_a), (y_b, *chroma_b) = _yiq(a), _yiq(b)
    total = weights = 0.0
    edges = [_weighted_edges(y_a, y_b, axis) for axis in (0, 1)]
    colour = sum(_alike(_mean(p), _mean(q)) for p, q in zip(chroma_a, chroma_b, strict=True)) / 2
    for alike, weight in (*edges, (colour, (edges[0][1] + edges[1][1]) / 2)):
        total += float((weight / (1 + np.exp(-_ALPHA * alike))).sum())
        weights += float(weight.sum())
    if not weights:  # two pictures without a single edge, not even against a black frame: both are black
        return 1.0
    mean = total / weights
    return float((np.log(mean / (1 - mean)) / _ALPHA) ** 2)


def _yiq(image: np.ndarray) -> list[np.ndarray]:
    """(H,W,3) uint8 -> three planes of half the size, rounded up; outside the picture is black."""
    even = np.pad(image, [(0, image.shape[0] % 2), (0, image.shape[1] % 2), (0, 0)]).astype(np.float64)
    half = (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4
    return list(np.moveaxis(half @ _YIQ.T, -1, 0))


def _weighted_edges(a: np.ndarray, b: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """(likeness of the two finer scales, weight from the coarsest) of steps along `axis`."""
    fine, finer, coarse = ([np.abs(_haar(plane, size, axis)) for plane in (a, b)] for size in (2, 4, 8))
    return (_alike(*fine) + _alike(*finer)) / 2, np.maximum(*coarse)


def _alike(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    a, b = np.abs(a), np.abs(b)
    return np.asarray((2 * a * b + _C) / (a * a + b * b + _C))


def _haar(plane: np.ndarray, size: int, axis: int) -> np.ndarray:
    """Response of a size x size Haar wavelet: one half minus the other along `axis`, over size; black outside."""
    along = plane if axis else plane.T
    sums = np.cumsum(np.cumsum(np.pad(along, (size // 2, size // 2)), axis=0), axis=1)
    rows = sums[size:] - sums[:-size]
    half = size // 2
    response = (rows[:, half:-half] - rows[:, :-size]) - (rows[:, size:] - rows[:, half:-half])
    return (response if axis else response.T) / size


def _mean(plane: np.ndarray) -> np.ndarray:
    """Mean of each pixel and its neighbours right and below."""
    padded = np.pad(plane, (0, 1))
    return (padded[:-1, :-1] + padded[1:, :-1] + padded[:-1, 1:] + padded[1:, 1:]) / 4
