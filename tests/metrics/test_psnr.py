import numpy as np
import pytest

from deepimage.metrics.psnr import luma, psnr_y

color = pytest.importorskip("skimage.color")
metrics = pytest.importorskip("skimage.metrics")


@pytest.fixture
def images() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    a = rng.integers(0, 256, (40, 50, 3), np.uint8)
    return a, np.clip(a + rng.normal(0, 12, a.shape), 0, 255).astype(np.uint8)


def test_luma_is_that_of_scikit_image(images: tuple[np.ndarray, np.ndarray]) -> None:
    np.testing.assert_allclose(luma(images[0]), color.rgb2ycbcr(images[0])[..., 0], atol=1e-3)


def test_luma_spans_16_to_235() -> None:
    assert luma(np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)).tolist() == [[16.0, pytest.approx(235)]]


def test_psnr_is_that_of_scikit_image(images: tuple[np.ndarray, np.ndarray]) -> None:
    a, b = images
    expected = metrics.peak_signal_noise_ratio(luma(a), luma(b), data_range=255)
    assert psnr_y(a, b) == pytest.approx(expected)


def test_the_border_is_left_out(images: tuple[np.ndarray, np.ndarray]) -> None:
    a, b = images
    spoilt = b.copy()
    spoilt[:4], spoilt[-4:], spoilt[:, :4], spoilt[:, -4:] = 0, 0, 255, 255
    assert psnr_y(a, spoilt, border=4) == psnr_y(a, b, border=4) == psnr_y(a[4:-4, 4:-4], b[4:-4, 4:-4])


def test_equal_images_are_infinitely_alike(images: tuple[np.ndarray, np.ndarray]) -> None:
    assert psnr_y(images[0], images[0]) == float("inf")
