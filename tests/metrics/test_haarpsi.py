"""HaarPSI against figures of piq 0.8.0: `haarpsi(a, b, data_range=255)` in float64 on tests/metrics/samples."""

from collections.abc import Callable

import numpy as np
import pytest

from deepimage.metrics.haarpsi import haarpsi

from .samples import coarse, cropped, soft


@pytest.mark.parametrize(
    ("name", "distort", "expected"),
    [
        ("astronaut", coarse, 0.822184),
        ("astronaut", soft, 0.861818),
        ("chelsea", coarse, 0.840136),
        ("chelsea", soft, 0.878848),
        ("coffee", coarse, 0.828395),
        ("coffee", soft, 0.846973),
    ],
)
def test_it_is_that_of_piq(
    photos: dict[str, np.ndarray], name: str, distort: Callable[[np.ndarray], np.ndarray], expected: float
) -> None:
    photo = cropped(photos[name])
    assert haarpsi(photo, distort(photo)) == pytest.approx(expected, abs=2e-6)


def test_odd_sizes_too(photos: dict[str, np.ndarray]) -> None:
    odd = np.ascontiguousarray(photos["chelsea"][:299, :451])
    assert haarpsi(odd, soft(odd)) == pytest.approx(0.892165, abs=2e-6)


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 7, 3), (64, 33, 3)])
@pytest.mark.parametrize("grey", [0, 128, 255])
def test_equal_pictures_score_one(shape: tuple[int, ...], grey: int) -> None:
    even = np.full(shape, grey, np.uint8)
    assert haarpsi(even, even) == pytest.approx(1)


def test_it_is_symmetric_and_falls_with_the_damage(photos: dict[str, np.ndarray]) -> None:
    photo = cropped(photos["coffee"])
    once = haarpsi(photo, soft(photo))
    assert once == pytest.approx(haarpsi(soft(photo), photo))
    assert haarpsi(photo, soft(soft(photo))) < once < 1
