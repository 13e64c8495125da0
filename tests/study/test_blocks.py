"""Blocks are cut where the grid says, and their DCT is the orthonormal one."""

import numpy as np
from scipy.fft import dctn

from deepimage.study.blocks import DCT, cut, sound, spoiled


def test_coefficients_are_the_orthonormal_dct() -> None:
    plane = np.random.default_rng(0).uniform(0, 255, (29, 38)).astype(np.float32)
    coefficients = (cut(plane, 3, 5) @ DCT).reshape(-1, 8, 8)
    assert len(coefficients) == 3 * 4
    assert np.allclose(coefficients[5], dctn(plane[11:19, 13:21], norm="ortho"), atol=1e-3)


def test_a_block_is_spoiled_by_any_of_its_pixels() -> None:
    rng = np.random.default_rng(1)
    clipped = rng.random((40, 51)) < 0.01
    marks = spoiled(clipped)
    for top, left in ((0, 0), (3, 7), (7, 2)):
        expected = ~cut(clipped, top, left).any(axis=1)
        assert np.array_equal(sound(marks, top, left), expected)


def test_pictures_smaller_than_a_block_have_none() -> None:
    for shape in ((1, 1), (7, 30), (12, 12)):
        plane = np.zeros(shape, np.float32)
        assert cut(plane, 5, 5).shape == (0, 64)
        assert sound(spoiled(plane > 0), 5, 5).shape == (0,)
