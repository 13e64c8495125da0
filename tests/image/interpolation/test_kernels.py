"""Kernels have their published values, and the properties that make them interpolate."""

import numpy as np
import pytest

from deepimage.image.interpolation import KERNELS

PUBLISHED = {
    "bilinear": {0: 1, 0.25: 0.75, 1: 0},
    "bicubic": {0: 1, 0.5: 9 / 16, 1: 0, 1.5: -1 / 16},
    "bicubic-075": {0: 1, 0.5: 19 / 32, 1: 0, 1.5: -3 / 32},
    "bicubic-mitchell": {0: 8 / 9, 1: 1 / 18, 1.5: -5 / 144},
    "bicubic-bspline": {0: 2 / 3, 0.5: 23 / 48, 1: 1 / 6, 1.5: 1 / 48},
    "lanczos2": {0: 1, 0.5: 4 * np.sqrt(2) / np.pi**2, 1: 0},
    "lanczos": {0: 1, 0.5: 6 / np.pi**2, 1: 0, 1.5: -4 / 3 / np.pi**2, 2: 0},
    "lanczos4": {0: 1, 1: 0, 2: 0, 2.5: 16 / 25 * np.sin(5 * np.pi / 8) / np.pi**2, 3: 0},
}
SMOOTHING = ("bicubic-mitchell", "bicubic-bspline")


@pytest.mark.parametrize("name", PUBLISHED)
def test_values(name: str) -> None:
    places = np.array(list(PUBLISHED[name]), float)
    np.testing.assert_allclose(KERNELS[name].weight(places), list(PUBLISHED[name].values()), atol=1e-12)
    np.testing.assert_allclose(KERNELS[name].weight(-places), list(PUBLISHED[name].values()), atol=1e-12)


@pytest.mark.parametrize("name", KERNELS)
def test_support_is_where_it_ends_and_no_wider_than_needed(name: str) -> None:
    kernel = KERNELS[name]
    assert not kernel.weight(np.array([-1.001, 1.001, 1.5]) * kernel.support).any()
    assert kernel.weight(np.array(0.97 * kernel.support)) != 0


@pytest.mark.parametrize("name", KERNELS)
def test_all_but_the_smoothing_ones_pass_through_the_pixels(name: str) -> None:
    at_pixels = KERNELS[name].weight(np.arange(-4.0, 5))
    assert np.allclose(at_pixels, np.arange(-4, 5) == 0) == (name not in SMOOTHING)


@pytest.mark.parametrize("name", [name for name in KERNELS if not name.startswith("lanczos")])
def test_shifted_copies_add_up_to_one(name: str) -> None:
    shifts = np.linspace(-0.5, 0.49, 40)
    np.testing.assert_allclose(KERNELS[name].weight(shifts[:, None] + np.arange(-4, 5)).sum(axis=1), 1, atol=1e-12)


def test_bicubic_is_catmull_rom() -> None:
    assert KERNELS["bicubic"] is KERNELS["bicubic-catmull-rom"]
