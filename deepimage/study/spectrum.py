"""Effective resolution: up to which frequency a picture holds detail, and so whether it was enlarged before.

The power spectrum of a photo falls like 1/f^a. After an enlargement by s nothing but the interpolator's leftovers
stands above 1/s of the highest frequency: a cliff. JPEG noise below quality 80 or so fills its foot, but not its edge.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

_SEGMENT = 64  # pixels
_FREQUENCIES = np.arange(_SEGMENT // 2 + 1) / _SEGMENT  # cycles per pixel
_BELOW, _ABOVE = (0.12, 0.20), (0.28, 0.36)  # bands on both sides of 1/4 cycle per pixel, the cliff of x2
# Fitted on 164 photos that had been halved, enlarged by 1 to 4 with three kernels, and saved as JPEG 60 to 95.
_CLIFF = 1.08  # decades between these bands; photos that were never enlarged fall by 0.3 to 1.0
_HARDLY, _SURELY = 0.9, 0.55  # shares: above the one no cliff counts, below the other none is needed
_REFERENCE = (0.06, 0.13)
_ALLOWED, _SLOPE = 0.5, 3.0  # decades below the reference, and decades per cycle per pixel, at which detail ends
_FULL = 0.4  # cycles per pixel at which that happens to a sharp photo; 0.4 / s after an enlargement by s


@dataclass(frozen=True)
class Resolution:
    """Detail of a picture."""

    share: float
    """Of the sides at which the picture would hold the same detail, 0 to 1: 0.5 means that half the size would do."""
    enlarged: bool
    """Detail ends in a cliff. A blur of 0.8 pixels or more does that, too: the picture is as good as enlarged."""

    @property
    def factor(self) -> float:
        """By which it was enlarged, right to a fifth up to 2.5 and too low above; 1 where it was not."""
        return 1 / self.share if self.enlarged else 1.0


def resolution(luma: np.ndarray) -> Resolution | None:
    """luma (H, W) float32. None where a side is below 64 pixels, or where there is no detail at all."""
    if min(luma.shape) < _SEGMENT:
        return None
    profile = (_decades(luma) + _decades(luma.T)) / 2
    if _mean(profile, _REFERENCE) < 0:
        return None
    share = min(_end_of_detail(profile) / _FULL, 1.0)
    cliff = _mean(profile, _BELOW) - _mean(profile, _ABOVE) > _CLIFF
    return Resolution(share, enlarged=share < (_HARDLY if cliff else _SURELY))


def _decades(luma: np.ndarray) -> np.ndarray:
    """(33,) log10 of the power along the rows, by averaged windowed periodograms (Welch 1967)."""
    segments = sliding_window_view(luma, _SEGMENT, axis=1)[:, :: _SEGMENT // 2]
    window = np.hanning(_SEGMENT + 1)[:_SEGMENT].astype(np.float32)
    spectra = np.fft.rfft((segments - segments.mean(axis=2, keepdims=True)) * window, axis=2)
    return np.log10(np.square(np.abs(spectra)).mean(axis=(0, 1)) + 1e-3)


def _mean(profile: np.ndarray, band: tuple[float, float]) -> float:
    first, last = np.searchsorted(_FREQUENCIES, band[0]), np.searchsorted(_FREQUENCIES, band[1], side="right")
    return float(profile[first:last].mean())


def _end_of_detail(profile: np.ndarray) -> float:
    """Cycles per pixel at which the spectrum first falls below a line under its reference."""
    margin = profile - (_mean(profile, _REFERENCE) - _ALLOWED - _SLOPE * _FREQUENCIES)
    first = int(np.searchsorted(_FREQUENCIES, _REFERENCE[0]))
    below = np.flatnonzero(margin[first:] < 0)
    if not len(below):
        return 0.5
    end = first + int(below[0])
    if below[0] == 0:
        return float(_FREQUENCIES[end])
    part = margin[end - 1] / (margin[end - 1] - margin[end])
    return float(_FREQUENCIES[end - 1] + part / _SEGMENT)
