"""Pillow's resampling, whole and row by row."""

import numpy as np
import pytest

from deepimage.image.interpolation import resize, resize_rows


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("size", [(300, 170), (50, 31), (75, 46)])
def test_rows_are_rows_of_the_whole(size: tuple[int, int]) -> None:
    pixels = noise(75, 46)
    whole = resize(pixels, *size)
    for top in range(0, size[0], 17):
        bottom = min(top + 17, size[0])
        np.testing.assert_array_equal(resize_rows(pixels, *size, top, bottom), whole[top:bottom])


def test_the_same_size_is_the_same_array() -> None:
    pixels = noise(5, 6)
    assert resize(pixels, 5, 6) is pixels
