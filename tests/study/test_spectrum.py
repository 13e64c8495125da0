"""An enlargement is told from an original, and by what factor."""

import numpy as np
import pytest

from deepimage.study.planes import planes
from deepimage.study.spectrum import resolution

from .dirt import jpeg, resized

KERNELS = ("BILINEAR", "BICUBIC", "LANCZOS")


@pytest.mark.parametrize("quality", [None, 90, 75])
def test_originals_and_enlargements(clean: dict[str, np.ndarray], quality: int | None) -> None:
    for name, photo in clean.items():
        made = photo if quality is None else jpeg(photo, quality)
        found = resolution(planes(made).luma)
        assert found is not None
        assert (found.factor, found.enlarged) == (1.0, False), name
        for kernel in KERNELS:
            large = resized(photo, 2, kernel)
            found = resolution(planes(large if quality is None else jpeg(large, quality)).luma)
            assert found is not None
            assert found.enlarged, (name, kernel)
            assert found.factor == pytest.approx(2, rel=0.3), (name, kernel)


def test_the_factor_grows(clean: dict[str, np.ndarray]) -> None:
    medians = []
    for factor in (1.5, 2, 3):
        found = [resolution(planes(resized(photo, factor, "BICUBIC")).luma) for photo in clean.values()]
        medians.append(np.median([one.factor for one in found if one]))
    assert medians[0] == pytest.approx(1.5, rel=0.15)
    assert medians[1] == pytest.approx(2, rel=0.15)
    assert 2.3 < medians[2] < 3.3


def test_noise_has_detail_everywhere() -> None:
    found = resolution(np.random.default_rng(0).normal(128, 20, (200, 200)).astype(np.float32))
    assert found is not None
    assert (found.share, found.factor) == (1.0, 1.0)


def test_small_and_empty_pictures_tell_nothing() -> None:
    assert resolution(np.zeros((63, 500), np.float32)) is None
    assert resolution(np.full((128, 128), 90, np.float32)) is None
