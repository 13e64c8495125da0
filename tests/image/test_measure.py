import numpy as np
import pytest
from PIL import Image, ImageFilter
from skimage import data

from deepimage.image.measure import noise_sigma, sharpness

PHOTOS = ["astronaut", "coffee", "chelsea", "rocket"]


def photo(name):
    return Image.fromarray(getattr(data, name)()).convert("L")


def noisy(luma, sigma, seed=0):
    values = luma + np.random.default_rng(seed).normal(0, sigma, luma.shape)
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("sigma", [1, 2, 5, 10, 20])
def test_white_noise_on_grey_is_measured_within_a_twentieth(sigma):
    assert noise_sigma(noisy(np.full((300, 400), 128), sigma)) == pytest.approx(sigma, rel=0.05)


@pytest.mark.parametrize("sigma", [5, 10, 20, 40])
@pytest.mark.parametrize("name", PHOTOS)
def test_noise_on_a_photo_is_measured_within_a_few_steps(name, sigma):
    assert noise_sigma(noisy(np.asarray(photo(name)), sigma)) == pytest.approx(sigma, rel=0.12, abs=2)


@pytest.mark.parametrize("name", PHOTOS)
def test_more_noise_measures_as_more(name):
    luma = np.asarray(photo(name))
    found = [noise_sigma(noisy(luma, sigma)) for sigma in (0, 3, 6, 12, 24)]
    assert found == sorted(found)


def test_a_white_background_does_not_hide_the_noise_of_the_product():
    luma = np.full((400, 400), 255, np.uint8)
    luma[100:300, 120:280] = noisy(np.full((200, 160), 120), 8)
    assert noise_sigma(luma) == pytest.approx(8, rel=0.05)


@pytest.mark.parametrize("name", PHOTOS)
def test_blur_lowers_sharpness(name):
    found = [sharpness(np.asarray(photo(name).filter(ImageFilter.GaussianBlur(r)))) for r in (4, 2, 1, 0)]
    assert found == sorted(found)
    assert found[-1] > 5 * found[0]


@pytest.mark.parametrize("name", PHOTOS)
def test_sharpness_does_not_depend_on_contrast_or_brightness(name):
    luma = np.asarray(photo(name))
    assert sharpness((luma // 2 + 60).astype(np.uint8)) == pytest.approx(sharpness(luma), rel=0.05)


@pytest.mark.parametrize("measure", [noise_sigma, sharpness])
@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (2, 2), (3, 3), (300, 200), (2000, 1500)])
@pytest.mark.parametrize("level", [0, 100, 255])
def test_flat_pictures_of_any_size_measure_zero(measure, shape, level):
    assert measure(np.full(shape, level, np.uint8)) == 0.0


@pytest.mark.parametrize("measure", [noise_sigma, sharpness])
def test_tiny_pictures_have_a_finite_measure(measure):
    for side in range(1, 9):
        assert np.isfinite(measure(noisy(np.full((side, side), 99), 30)))


@pytest.mark.parametrize("measure", [noise_sigma, sharpness])
def test_a_large_picture_is_judged_by_its_centre(measure):
    luma = noisy(np.full((1500, 1300), 128), 6)
    assert measure(luma) == measure(luma[238:1262, 138:1162])
