"""PIQE against figures of pypiqe 1.2, a translation of MATLAB's piqe, on tests/metrics/samples.

The tolerance is for its grey, which is rounded otherwise and now and then tips a block over a threshold.
"""

from collections.abc import Callable

import numpy as np
import pytest

from deepimage.metrics.piqe import piqe

from .samples import coarse, cropped, soft


@pytest.mark.parametrize(
    ("name", "distort", "expected"),
    [
        ("astronaut", coarse, 66.1515),
        ("astronaut", soft, 53.1936),
        ("chelsea", coarse, 55.07),
        ("chelsea", soft, 39.9895),
        ("coffee", coarse, 66.931),
        ("coffee", soft, 44.1517),
    ],
)
def test_it_is_that_of_matlab(
    photos: dict[str, np.ndarray], name: str, distort: Callable[[np.ndarray], np.ndarray], expected: float
) -> None:
    assert piqe(distort(cropped(photos[name]))) == pytest.approx(expected, abs=0.3)


def test_noise_is_worse(photos: dict[str, np.ndarray]) -> None:
    photo = cropped(photos["chelsea"])
    noisy = np.clip(photo + np.random.default_rng(0).normal(0, 20, photo.shape), 0, 255).astype(np.uint8)
    assert piqe(noisy) > piqe(photo) + 10


@pytest.mark.parametrize("shape", [(1, 1, 3), (16, 16, 3), (33, 50, 3)])
@pytest.mark.parametrize("grey", [0, 128, 255])
def test_an_even_picture_has_the_worst_score(shape: tuple[int, ...], grey: int) -> None:
    assert piqe(np.full(shape, grey, np.uint8)) == 100
