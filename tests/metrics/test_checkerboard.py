"""A grid of known strength is measured as such; texture, noise and gradients are none."""

import numpy as np
import pytest

from deepimage.image.interpolation import resize
from deepimage.metrics.checkerboard import checkerboard


def raised(image: np.ndarray, period: int, levels: float) -> np.ndarray:
    """One pixel of every cell is brighter."""
    pattern = np.zeros(image.shape[:2])
    pattern[1::period, 1::period] = levels
    return np.clip(image + pattern[..., None], 0, 255).round().astype(np.uint8)


@pytest.mark.parametrize("period", [2, 3, 4])
def test_a_grid_on_flat_ground_is_its_standard_deviation(period: int) -> None:
    grid = raised(np.full((144, 192, 3), 120.0), period, 6)
    share, pixels = 1 / period**2, {2: 16, 3: 9, 4: 16}[period]
    expected = 6 * np.sqrt(share * (1 - share) * pixels / (pixels - 1))
    assert checkerboard(grid, period) == pytest.approx(expected, rel=0.02)


def test_noise_and_gradients_have_none() -> None:
    rng = np.random.default_rng(0)
    slope = np.linspace(40, 200, 256)[None, :, None] + np.zeros((256, 1, 3))
    noisy = (slope + rng.normal(0, 4, slope.shape)).round().astype(np.uint8)
    assert checkerboard(slope.round().astype(np.uint8), 4) < 0.2
    assert checkerboard(noisy, 4) < 0.2


def test_a_photo_shows_a_grid_that_is_put_into_it(photos: dict[str, np.ndarray]) -> None:
    photo = photos["astronaut"]
    assert checkerboard(resize(resize(photo, 128, 128), 512, 512), 4) < 0.1
    assert checkerboard(photo, 4) < 0.3
    assert checkerboard(raised(photo, 4, 4), 4) > 0.8


def test_another_period_is_not_seen() -> None:
    assert checkerboard(raised(np.full((256, 256, 3), 120.0), 3, 6), 4) < 0.2


def test_too_small_is_said() -> None:
    with pytest.raises(ValueError, match="expected 8 pixels a side at least"):
        checkerboard(np.zeros((7, 40, 3), np.uint8), 4)
    assert checkerboard(np.zeros((8, 8, 3), np.uint8), 1) == 0
