import numpy as np
from scipy import ndimage

from deepimage.metrics.windows import everywhere, gaussian, inside


def test_taps_are_those_of_scipy() -> None:
    impulse = np.zeros(15)
    impulse[7] = 1
    expected = ndimage.gaussian_filter1d(impulse, 7 / 6, radius=3)[4:11]
    np.testing.assert_allclose(gaussian(3, 7 / 6), expected, atol=1e-12)


def test_both_borders_are_those_of_scipy() -> None:
    plane = np.random.default_rng(0).normal(size=(20, 13))
    taps = np.array([0.2, 0.5, 0.3])  # not symmetric: the order shows
    kernel = np.outer(taps, taps)
    np.testing.assert_allclose(everywhere(plane, taps), ndimage.correlate(plane, kernel, mode="nearest"))
    np.testing.assert_allclose(inside(plane, taps), ndimage.correlate(plane, kernel)[1:-1, 1:-1])
