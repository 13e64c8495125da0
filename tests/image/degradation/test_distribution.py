"""Distributions are what their names say, stay inside their support, and name their mistakes."""

from typing import Annotated

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from deepimage.image.degradation.distribution import Distribution, between

ADAPTER = TypeAdapter(Distribution)
KINDS = [
    3,
    {"uniform": [-1, 2]},
    {"log_uniform": [0.1, 10]},
    {"normal": {"mean": 75, "sigma": 12, "low": 30, "high": 95}},
    {"choice": {1: 1, 2: 2, 3: 1}},
    {"histogram": {"edges": [0, 1, 2, 4], "weights": [1, 0, 3], "jitter": 0.3}},
]


def draws(value: object, count: int = 4000) -> np.ndarray:
    distribution, rng = ADAPTER.validate_python(value), np.random.default_rng(1)
    return np.array([distribution.draw(rng) for _ in range(count)])


@pytest.mark.parametrize("value", KINDS)
def test_draws_stay_in_the_support_and_survive_a_file(value: object) -> None:
    distribution = ADAPTER.validate_python(value)
    low, high = distribution.support
    assert low <= draws(value, 500).min() <= draws(value, 500).max() <= high
    assert ADAPTER.validate_json(ADAPTER.dump_json(distribution)) == distribution


def test_means_and_medians() -> None:
    assert draws({"uniform": [-1, 2]}).mean() == pytest.approx(0.5, abs=0.05)
    assert np.median(draws({"log_uniform": [0.1, 10]})) == pytest.approx(1, rel=0.15)
    normal = draws({"normal": {"mean": 75, "sigma": 5, "low": 0, "high": 100}})
    assert (normal.mean(), normal.std()) == (pytest.approx(75, abs=0.4), pytest.approx(5, rel=0.05))
    clipped = draws({"normal": {"mean": 90, "sigma": 10, "low": 30, "high": 95}})
    assert np.mean(clipped == 95) == pytest.approx(0.31, abs=0.03)  # beyond half a sigma
    chosen = draws({"choice": {1: 1, 2: 2, 3: 1}})
    assert [np.mean(chosen == value) for value in (1, 2, 3)] == pytest.approx([0.25, 0.5, 0.25], abs=0.03)


@pytest.mark.parametrize("jitter", [0, 0.15])
def test_draws_match_their_histogram(jitter: float) -> None:
    edges, weights = [40, 50, 60, 70, 80, 90], np.array([1, 2, 6, 8, 3])
    drawn = draws({"histogram": {"edges": edges, "weights": weights.tolist(), "jitter": jitter}}, 8000)
    counted = np.histogram(drawn, edges)[0] / len(drawn)
    assert counted == pytest.approx(weights / weights.sum(), abs=0.02 + 0.2 * jitter)


def test_jitter_fills_gaps_by_a_share_of_the_spread() -> None:
    bins = {"edges": [10, 10.01, 20, 20.01], "weights": [1, 0, 1], "jitter": 0.1}
    drawn = draws({"histogram": bins})
    assert 0.4 < np.mean((drawn > 10.02) & (drawn < 19.99)) < 0.6  # half of each side's strays, inwards
    inwards = drawn[(drawn > 10.02) & (drawn < 15)] - 10
    assert np.sqrt(np.mean(inwards**2)) == pytest.approx(0.1 * 5, rel=0.1)
    assert set(draws({"histogram": bins | {"jitter": 0}}, 200).round(1)) == {10.0, 20.0}


def test_a_histogram_of_one_value() -> None:
    assert set(draws({"histogram": {"edges": [75, 75], "weights": [4]}}, 50)) == {75.0}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"unifrm": [0, 1]}, "did you mean uniform"),
        ({"normal": {"mean": 1, "sigm": 1, "low": 0, "high": 2}}, "did you mean sigma"),
        ({"uniform": [2, 1]}, "rising order, got 2, 1"),
        ({"log_uniform": [0, 1]}, "above 0"),
        ({"uniform": [0, 1], "normal": {}}, "expected a number or one of"),
        ({}, "expected a number or one of"),
        ("much", "expected a number or one of"),
        (True, "expected a number or one of"),
        (float("nan"), "finite"),
        ({"choice": {1: 0}}, "at least one weight above 0"),
        ({"choice": {1: -1}}, "greater than or equal to 0"),
        ({"histogram": {"edges": [0, 1], "weights": [1, 2]}}, "one edge more than weights, got 2 and 2"),
        ({"histogram": {"edges": [1, 0], "weights": [1]}}, "rising order"),
    ],
)
def test_mistakes_are_named(value: object, words: str) -> None:
    with pytest.raises(ValidationError) as error:
        ADAPTER.validate_python(value)
    assert words in str(error.value)


def test_limits_of_a_field() -> None:
    quality = TypeAdapter(Annotated[Distribution, between(1, 100)])
    assert quality.validate_python({"uniform": [1, 100]}).support == (1, 100)
    with pytest.raises(ValidationError, match=r"between 1 and 100, can be \(90.0, 110.0\)"):
        quality.validate_python({"uniform": [90, 110]})
