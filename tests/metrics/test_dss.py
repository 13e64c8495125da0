"""DSS against figures of piq 0.8.0: `dss(a, b, data_range=255)` in float64 on tests/metrics/samples."""

from collections.abc import Callable

import numpy as np
import pytest

from deepimage.metrics.dss import dss

from .samples import coarse, cropped, soft


@pytest.mark.parametrize(
    ("name", "distort", "expected"),
    [
        ("astronaut", coarse, 0.770438),
        ("astronaut", soft, 0.829756),
        ("chelsea", coarse, 0.872300),
        ("chelsea", soft, 0.907105),
        ("coffee", coarse, 0.855693),
        ("coffee", soft, 0.767366),
    ],
)
def test_it_is_that_of_piq(
    photos: dict[str, np.ndarray], name: str, distort: Callable[[np.ndarray], np.ndarray], expected: float
) -> None:
    photo = cropped(photos[name])
    assert dss(photo, distort(photo)) == pytest.approx(expected, abs=2e-6)


def test_the_rest_of_a_block_is_left_out(photos: dict[str, np.ndarray]) -> None:
    odd = np.ascontiguousarray(photos["chelsea"][:299, :451])
    assert dss(odd, soft(odd)) == pytest.approx(0.901135, abs=2e-6)


@pytest.mark.parametrize("side", [8, 9, 40])
def test_equal_pictures_score_one(side: int) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    assert dss(noise, noise) == pytest.approx(1)


def test_less_than_a_block_is_refused() -> None:
    with pytest.raises(ValueError, match="DSS needs 8 pixels a side, got 30x7"):
        dss(np.zeros((7, 30, 3), np.uint8), np.zeros((7, 30, 3), np.uint8))
