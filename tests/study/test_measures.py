"""Histograms count every picture once and keep the quantiles."""

import numpy as np
import pytest

from deepimage.config import validate
from deepimage.errors import ConfigError
from deepimage.study.measures import EDGES, Measure


def test_every_value_is_counted_once_or_unknown() -> None:
    values = [*np.random.default_rng(0).uniform(-5, 70, 300).tolist(), None, None]
    found = Measure.of(values, EDGES["noise_luma"])
    assert sum(found.counts) == 300
    assert found.unknown == 2
    inner = np.histogram(np.clip(values[:300], 0, 64), EDGES["noise_luma"])[0]  # type: ignore[arg-type]
    assert found.counts == tuple(inner)


def test_quantiles_are_not_those_of_the_bins() -> None:
    found = Measure.of([82.0] * 9 + [75.0], EDGES["jpeg_quality"])
    assert (found.median, found.high) == (82, 82)
    assert found.low == pytest.approx(np.quantile([75] + [82] * 9, 0.05), rel=1e-3)


def test_nothing_measured() -> None:
    found = Measure.of([None] * 3, EDGES["blur"])
    assert (found.low, found.median, found.high, found.unknown) == (None, None, None, 3)
    assert sum(found.counts) == 0


def test_counts_must_fit_their_edges() -> None:
    with pytest.raises(ConfigError, match="one edge more"):
        validate(Measure, {"edges": [0, 1], "counts": [1, 2], "unknown": 0, "low": 0, "median": 0, "high": 0})


def test_edges_rise() -> None:
    assert all(np.all(np.diff(edges) > 0) for edges in EDGES.values())
