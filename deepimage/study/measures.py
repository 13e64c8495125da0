"""Histograms of what was measured on many pictures."""

from collections.abc import Mapping, Sequence

import numpy as np
from pydantic import Field, model_validator

from deepimage.config import Section

_QUALITY = tuple(range(0, 101, 5))
_STEPS = (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 64)
_LEVELS = tuple(range(0, 257, 16))
_SHARES = (0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1)
_DECADES = (0, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 1)

EDGES: Mapping[str, Sequence[float]] = {
    "long_side": (1, 128, 256, 400, 600, 800, 1080, 1440, 2048, 3000, 4096, 6000, 9000, 100_000),
    "jpeg_quality": _QUALITY,
    "earlier_quality": _QUALITY,
    "webp_quality": _QUALITY,
    "noise_luma": _STEPS,
    "noise_chroma": _STEPS,
    "shot": _DECADES,
    "read": _DECADES,
    "blur": (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 100.0),
    "halo": (0, 0.03, 0.06, 0.09, 0.12, 0.15, 0.18, 0.21, 0.25, 0.3, 0.5, 1.0),
    "resolution": (0, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 1.0),
    "enlarged": (1.0, 1.1, 1.3, 1.5, 1.7, 1.9, 2.1, 2.3, 2.6, 3.0, 4.0, 6.0, 20.0),
    "black": _LEVELS,
    "middle": _LEVELS,
    "white": _LEVELS,
    "clipped_dark": _SHARES,
    "clipped_bright": _SHARES,
}
"""Bins of every measure, in the units of `Traits`."""


class Measure(Section):
    """A histogram with the quantiles that no bin blurs; quantiles are None where nothing was measured."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    """One fewer than edges; a bin holds its lower edge, the last both."""
    unknown: int = Field(ge=0)
    """Pictures of which this could not be told, or to which it does not apply."""
    low: float | None
    median: float | None
    high: float | None
    """Quantiles 0.05, 0.5, 0.95."""

    @model_validator(mode="after")
    def _fit(self) -> "Measure":
        if len(self.edges) != len(self.counts) + 1:
            raise ValueError(f"expected one edge more than counts, got {len(self.edges)} and {len(self.counts)}")
        return self

    @classmethod
    def of(cls, values: Sequence[float | None], edges: Sequence[float]) -> "Measure":
        """The histogram of those values that are known; what lies beyond the edges counts in the outer bins."""
        known = np.array([value for value in values if value is not None], np.float64)
        counts, _ = np.histogram(np.clip(known, edges[0], edges[-1]), edges)
        low, median, high = (
            [float(f"{value:.4g}") for value in np.quantile(known, (0.05, 0.5, 0.95))] if len(known) else [None] * 3
        )
        return cls(
            edges=tuple(edges),
            counts=tuple(counts.tolist()),
            unknown=len(values) - len(known),
            low=low,
            median=median,
            high=high,
        )
