"""Chroma noise, at full size or behind 4:2:0."""

import numpy as np
import pytest

from deepimage.image.degradation.tables import scaled
from deepimage.study.chroma import chroma_sigma
from deepimage.study.planes import planes

from .dirt import RGB_NOISE, jpeg, noisy, ramp

CHROMA_OF_RGB = 0.640  # root mean square of Cb and Cr where each channel has 1


@pytest.mark.parametrize("level", [4.0, 12.0])
def test_independent_channels_without_jpeg(level: float) -> None:
    rgb = noisy(ramp(), level * RGB_NOISE, grey=False)
    assert chroma_sigma(planes(rgb)) == pytest.approx(level * CHROMA_OF_RGB, rel=0.1)


@pytest.mark.parametrize(("quality", "level"), [(95, 6.0), (90, 10.0), (80, 20.0)])
def test_independent_channels_behind_a_jpeg(quality: int, level: float) -> None:
    rgb = jpeg(noisy(ramp(), level * RGB_NOISE, grey=False), quality)
    steps = np.array(scaled("ijg", quality)[1])
    assert chroma_sigma(planes(rgb), steps) == pytest.approx(level * CHROMA_OF_RGB, rel=0.25)


def test_grey_noise_is_no_chroma_noise() -> None:
    assert chroma_sigma(planes(noisy(ramp(), 10))) == pytest.approx(0, abs=0.5)


def test_too_little_to_go_by_is_none() -> None:
    assert chroma_sigma(planes(np.full((3, 5, 3), 100, np.uint8))) is None
    assert chroma_sigma(planes(np.zeros((300, 300, 3), np.uint8))) is None
