from collections.abc import Callable

import numpy as np
import pytest

from deepimage.metrics.psnr import luma
from deepimage.metrics.ssim import ms_ssim_y, ssim_y

from .samples import coarse, cropped, soft

metrics = pytest.importorskip("skimage.metrics")


@pytest.fixture
def images() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    a = np.kron(rng.integers(0, 256, (8, 10, 3)), np.ones((5, 5, 1))).astype(np.uint8)
    return a, np.clip(a + rng.normal(0, 25, a.shape), 0, 255).astype(np.uint8)


def test_ssim_is_that_of_scikit_image(images: tuple[np.ndarray, np.ndarray]) -> None:
    a, b = (luma(image) for image in images)
    settings = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    expected = metrics.structural_similarity(a, b, data_range=255, **settings)
    assert ssim_y(*images) == pytest.approx(expected, abs=1e-9)
    assert 0.2 < expected < 0.9


def test_equal_images_score_one(images: tuple[np.ndarray, np.ndarray]) -> None:
    assert ssim_y(images[0], images[0]) == pytest.approx(1)


def test_the_border_is_left_out(images: tuple[np.ndarray, np.ndarray]) -> None:
    a, b = images
    assert ssim_y(a, b, border=4) == ssim_y(a[4:-4, 4:-4], b[4:-4, 4:-4])


def test_an_image_below_the_window_is_refused() -> None:
    small = np.zeros((12, 30, 3), np.uint8)
    with pytest.raises(ValueError, match="11 pixels"):
        ssim_y(small, small, border=1)


@pytest.mark.parametrize(
    ("name", "distort", "expected"),
    [
        ("astronaut", coarse, 0.973073),
        ("astronaut", soft, 0.988778),
        ("chelsea", coarse, 0.975896),
        ("chelsea", soft, 0.977652),
        ("coffee", coarse, 0.977652),
        ("coffee", soft, 0.969984),
    ],
)
def test_ms_ssim_is_that_of_piq(
    photos: dict[str, np.ndarray], name: str, distort: Callable[[np.ndarray], np.ndarray], expected: float
) -> None:
    """Figures of piq 0.8.0, `multi_scale_ssim(luma(a), luma(b), data_range=255)` in float64."""
    photo = cropped(photos[name])
    assert ms_ssim_y(photo, distort(photo)) == pytest.approx(expected, abs=2e-6)


def test_ms_ssim_of_odd_sizes_equal_pictures_and_small_ones(photos: dict[str, np.ndarray]) -> None:
    odd = photos["chelsea"][:201, :183]
    assert ms_ssim_y(odd, odd) == pytest.approx(1)
    assert 0 <= ms_ssim_y(odd, 255 - odd) < 0.2
    with pytest.raises(ValueError, match="MS-SSIM needs 161 pixels a side inside the border, got 200x160"):
        ms_ssim_y(np.zeros((168, 208, 3), np.uint8), np.zeros((168, 208, 3), np.uint8), border=4)
