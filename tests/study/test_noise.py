"""Sigma is that of the noise that was added, before and after JPEG."""

import numpy as np
import pytest

from deepimage.study.lattice import luma_tables
from deepimage.study.noise import Blocks, sigma

from .dirt import blurred, jpeg, noisy, ramp, seen


def measured(rgb: np.ndarray, quality: int | None = None, share: float = 0.03) -> float | None:
    planes, bad = seen(rgb)
    return sigma(Blocks.of(planes.luma, bad, None if quality is None else luma_tables()[quality - 1]), share)


@pytest.mark.parametrize("level", [2.0, 5.0, 12.0, 30.0])
def test_white_noise_on_a_smooth_picture_to_a_few_per_cent(level: float) -> None:
    assert measured(noisy(ramp(), level)) == pytest.approx(level, rel=0.06)


@pytest.mark.parametrize(("quality", "level"), [(95, 4.0), (85, 5.0), (85, 15.0), (70, 8.0), (50, 14.0)])
def test_through_the_steps_of_a_jpeg(quality: int, level: float) -> None:
    assert measured(jpeg(noisy(ramp(), level), quality), quality) == pytest.approx(level, rel=0.1)


@pytest.mark.parametrize("quality", [None, 95, 85])
@pytest.mark.parametrize("grey", [True, False])
def test_on_photos_within_a_quarter(photos: dict[str, np.ndarray], quality: int | None, grey: bool) -> None:
    for name in ("astronaut", "coffee", "rocket"):
        for level in (5.0, 10.0):
            photo = noisy(photos[name], level, grey=grey)
            found = measured(photo if quality is None else jpeg(photo, quality), quality)
            assert found == pytest.approx(level, rel=0.25), (name, level)


def test_no_noise_reads_low(photos: dict[str, np.ndarray]) -> None:
    assert measured(ramp()) == pytest.approx(0, abs=0.2)
    assert all((measured(blurred(photo, 1.5)) or 0) < 0.6 for photo in photos.values())


def test_what_cannot_be_told_is_none() -> None:
    assert measured(np.zeros((1, 1, 3), np.uint8)) is None
    assert measured(np.full((300, 300, 3), 255, np.uint8)) is None  # clipped everywhere
    assert measured(jpeg(noisy(ramp(), 2.0), 20), 20) is None  # rounded away
