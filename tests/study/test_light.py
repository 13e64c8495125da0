"""Levels and clipping."""

import numpy as np
import pytest

from deepimage.study.light import light


def test_percentiles_are_those_of_luma() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (100, 120, 3), dtype=np.uint8)
    found = light(rgb)
    expected = np.percentile(rgb @ [0.299, 0.587, 0.114], (1, 50, 99))
    assert (found.black, found.middle, found.white) == pytest.approx(expected, abs=1e-3)


def test_clipped_means_all_channels() -> None:
    rgb = np.full((10, 10, 3), 100, np.uint8)
    rgb[0], rgb[1, :5] = 255, 0
    rgb[2, :, 0] = 255  # saturated red, not white
    found = light(rgb)
    assert (found.clipped_bright, found.clipped_dark) == (0.1, 0.05)


def test_a_large_picture_is_sampled() -> None:
    rgb = np.zeros((3000, 3000, 3), np.uint8)
    rgb[:1500] = 200
    found = light(rgb)
    assert found.clipped_dark == pytest.approx(0.5, abs=0.01)
    assert found.white == pytest.approx(200, abs=0.01)


def test_one_pixel() -> None:
    found = light(np.full((1, 1, 3), 255, np.uint8))
    assert (found.black, found.white, found.clipped_bright) == (255, 255, 1)
