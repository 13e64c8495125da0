import numpy as np
import pytest

from deepimage.metrics.psnr import luma
from deepimage.metrics.ssim import ssim_y

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
