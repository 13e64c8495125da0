"""Interpolation agrees with Pillow, whole and row by row."""

import numpy as np
import pytest
from PIL import Image

from deepimage.image.interpolation import KERNELS, matrix, resize, resize_rows

PILLOW = {
    "nearest": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("size", [(148, 92), (37, 23), (11, 9), (100, 23)])
def test_matrices_agree_with_pillow_within_its_rounding(kernel: str, size: tuple[int, int]) -> None:
    if kernel == "nearest" and size[0] < 37:
        pytest.skip("shrinking by box and by point are different things")
    lr = 96 + noise(37, 23) // 4  # no overshoot meets the limits of 8 bits, where Pillow clips after each axis
    rows, columns = matrix(37, size[0], kernel), matrix(23, size[1], kernel)
    ours = np.einsum("ah,hwc,bw->abc", rows, lr.astype(np.float32), columns)
    theirs = np.asarray(Image.fromarray(lr).resize(size[::-1], PILLOW[kernel]))
    assert np.abs(np.clip(ours, 0, 255) - theirs).max() <= 2


@pytest.mark.parametrize("kernel", KERNELS)
def test_rows_sum_to_one(kernel: str) -> None:
    for size in (1, 7, 40, 160):
        np.testing.assert_allclose(matrix(40, size, kernel).sum(axis=1), 1, atol=1e-6)


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
