"""Planes are JPEG's; windows keep its grid and find the detail."""

import numpy as np
import pytest
from PIL import Image

from deepimage.study.planes import WINDOW, bands, detailed_window, planes


def test_planes_are_those_of_jpeg() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8)
    expected = np.asarray(Image.fromarray(rgb).convert("YCbCr"), np.float64)
    found = planes(rgb)
    for plane, reference in zip((found.luma, found.cb + 128, found.cr + 128), np.moveaxis(expected, 2, 0), strict=True):
        assert np.abs(plane - reference).max() < 1.01  # Pillow rounds, in whole-number arithmetic


def test_a_pixel_is_clipped_by_any_channel() -> None:
    rgb = np.full((2, 3, 3), 100, np.uint8)
    rgb[0, 1, 2], rgb[1, 2, 0] = 0, 255
    assert planes(rgb).clipped.tolist() == [[False, True, False], [False, False, True]]


@pytest.mark.parametrize("shape", [(1, 1), (512, 512), (1, 700), (700, 1), (513, 2000), (3000, 900)])
def test_a_window_lies_inside_on_the_grid(shape: tuple[int, int]) -> None:
    rgb = np.random.default_rng(2).integers(0, 256, (*shape, 3), dtype=np.uint8)
    window = detailed_window(rgb)
    assert (window.height, window.width) == (min(shape[0], WINDOW), min(shape[1], WINDOW))
    assert window.y % 8 == window.x % 8 == 0
    assert window.of(rgb).shape[:2] == (window.height, window.width)


def test_the_window_is_where_the_detail_is() -> None:
    rgb = np.full((2000, 2600, 3), 128, np.uint8)
    rgb[1300:1700, 900:1300] = np.random.default_rng(3).integers(0, 256, (400, 400, 3))
    window = detailed_window(rgb)
    assert window.y <= 1300
    assert window.bottom >= 1700
    assert window.x <= 900
    assert window.right >= 1300


@pytest.mark.parametrize("shape", [(1, 1), (900, 1000), (3000, 4000), (20, 400_000)])
def test_bands_are_whole_rows_in_multiples_of_the_grid(shape: tuple[int, int]) -> None:
    rows = np.broadcast_to(np.arange(shape[0], dtype=np.uint16)[:, None, None], (*shape, 3))
    found = bands(rows)[:, 0, 0]
    assert found.size * shape[1] <= 1_600_000
    assert shape[0] * shape[1] > 1_500_000 or np.array_equal(found, np.arange(shape[0]))
    assert all(start % 64 == 0 for start in found[::64])
