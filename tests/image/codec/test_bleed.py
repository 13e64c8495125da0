"""Hidden pixels take the colour of visible ones nearby; visible ones are never touched."""

import numpy as np
import pytest
from corpus.forge import photo
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from deepimage.image.codec.bleed import bleed


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_visible_pixels_stay_and_hidden_ones_get_visible_colours(height: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pixels, alpha = photo(height, width), rng.choice(np.array([0, 0, 0, 1, 255], np.uint8), (height, width))
    bled = bleed(pixels, alpha)
    assert np.array_equal(bled[alpha > 0], pixels[alpha > 0])
    if (alpha > 0).any():
        seen = pixels[alpha > 0].astype(int)
        assert (bled >= seen.min(axis=0)).all()
        assert (bled <= seen.max(axis=0)).all()


def test_the_nearest_side_wins() -> None:
    pixels = np.zeros((20, 60, 3), np.uint8)
    pixels[:, :10], pixels[:, 50:] = (240, 20, 20), (20, 20, 240)
    alpha = np.zeros((20, 60), np.uint8)
    alpha[:, :10] = alpha[:, 50:] = 255
    bled = bleed(pixels, alpha)
    assert np.abs(bled[:, 10:16].astype(int) - (240, 20, 20)).max() == 0
    assert np.abs(bled[:, 44:50].astype(int) - (20, 20, 240)).max() == 0


def test_enlarging_draws_no_fringe() -> None:
    y, x = np.mgrid[0:32, 0:32]
    alpha = np.where(np.hypot(y - 16, x - 16) < 10, 255, 0).astype(np.uint8)
    pixels = np.where(alpha[..., None] > 0, np.array([200, 160, 30], np.uint8), np.uint8(0))
    enlarged = np.asarray(Image.fromarray(bleed(pixels, alpha)).resize((128, 128), Image.Resampling.BICUBIC))
    mask = np.asarray(Image.fromarray(alpha).resize((128, 128), Image.Resampling.BICUBIC))
    assert np.abs(enlarged[mask > 8].astype(int) - (200, 160, 30)).max() == 0


@pytest.mark.parametrize("alpha", [np.full((4, 4), 255, np.uint8), np.full((4, 4), 1, np.uint8)])
def test_nothing_hidden_costs_nothing(alpha: np.ndarray) -> None:
    pixels = photo(4, 4)
    assert bleed(pixels, alpha) is pixels


def test_a_wholly_hidden_picture_is_black() -> None:
    assert not bleed(photo(4, 4), np.zeros((4, 4), np.uint8)).any()
