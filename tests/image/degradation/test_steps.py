import numpy as np
import pytest

from deepimage.image.degradation.steps import Blur, Chroma, Filter, Jpeg, Noise, Resize, Step, degrade

STEPS = [
    Blur(1.5, 0.4, 0.7),
    Resize(61, 37, Filter.BOX),
    Noise(8),
    Noise(8, grey=True),
    Jpeg(60),
    Jpeg(60, Chroma.YUV444, left=3, top=5),
]


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def gradient(height: int = 48, width: int = 64) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    return np.stack([x * 3, y * 4, 255 - x - y], axis=-1).astype(np.uint8)


def blob(height: int, width: int) -> np.ndarray:
    """A bright Gaussian off the centre of a grey image."""
    y, x = np.mgrid[:height, :width]
    bump = np.exp(-(((y - 0.4 * height) / 12) ** 2) - ((x - 0.55 * width) / 12) ** 2)
    return np.repeat(np.rint(40 + 200 * bump)[..., None], 3, axis=2).astype(np.uint8)


def centre(image: np.ndarray) -> np.ndarray:
    """Centre of brightness as shares of height and width."""
    plane = np.clip(image.mean(axis=2) - 60, 0, None)  # so that faint noise has no say
    rows, columns = ((np.arange(side) + 0.5) / side for side in plane.shape)
    return np.array([rows @ plane.sum(1), columns @ plane.sum(0)]) / plane.sum()


@pytest.mark.parametrize("step", STEPS)
def test_a_step_maps_uint8_to_uint8_and_leaves_its_input(step: Step) -> None:
    image = gradient()
    before = image.copy()
    result = step(image, rng())
    assert result.dtype == np.uint8
    assert result.shape == ((37, 61, 3) if isinstance(step, Resize) else image.shape)
    assert np.array_equal(image, before)
    assert not np.array_equal(result, image)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_keeps_the_picture_in_place(step: Step) -> None:
    image = blob(160, 200)
    assert centre(step(image, rng())) == pytest.approx(centre(image), abs=0.002)


def test_the_same_state_gives_the_same_bytes() -> None:
    chain = STEPS
    first, again, other = (degrade(gradient(), chain, rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_no_steps_change_nothing() -> None:
    assert np.array_equal(degrade(gradient(), (), rng()), gradient())


@pytest.mark.parametrize("step", [Blur(2, 1, 0.3), Resize(9, 11), Jpeg(90, left=1, top=7)])
def test_a_flat_image_stays_flat_up_to_its_border(step: Step) -> None:
    assert np.unique(step(np.full((24, 40, 3), 128, np.uint8), rng())).tolist() == [128]


def test_a_blur_spreads_by_its_two_sigmas() -> None:
    image = np.zeros((65, 65, 3), np.uint8)
    image[32, 32] = 255
    spread = Blur(0, 0)(image, rng())
    assert np.array_equal(spread, image)
    wide = np.zeros((65, 65, 3), np.uint8)
    wide[28:37, 28:37] = 255
    blurred = Blur(4, 1)(wide, rng())[..., 0].astype(float)
    offsets = np.arange(65) - 32
    variance_x = blurred.sum(0) @ offsets**2 / blurred.sum()
    variance_y = blurred.sum(1) @ offsets**2 / blurred.sum()
    box = (9**2 - 1) / 12
    assert variance_x - box == pytest.approx(16, rel=0.05)
    assert variance_y - box == pytest.approx(1, rel=0.2)


def test_a_blur_along_its_angle_is_the_turned_blur() -> None:
    image = blob(64, 64)
    across = np.rot90(Blur(3, 0.5, 0)(np.rot90(image, -1), rng()), 1)
    along = Blur(3, 0.5, np.pi / 2)(image, rng())
    assert np.abs(across.astype(int) - along).max() <= 1


def test_noise_has_its_sigma_and_grey_noise_no_colour() -> None:
    image = np.full((200, 200, 3), 128, np.uint8)
    colour, grey = (Noise(10, grey)(image, rng()).astype(float) for grey in (False, True))
    assert colour.std() == pytest.approx(10, rel=0.02)
    assert grey.std() == pytest.approx(10, rel=0.02)
    assert np.ptp(grey, axis=2).max() == 0 < np.ptp(colour, axis=2).max()


def test_the_jpeg_grid_starts_where_it_is_told() -> None:
    image = rng().integers(0, 256, (64, 64, 3), np.uint8)
    result = Jpeg(10, Chroma.YUV444, left=3, top=6)(image, rng()).astype(float)
    steps_x = np.abs(np.diff(result, axis=1)).mean(axis=(0, 2))
    steps_y = np.abs(np.diff(result, axis=0)).mean(axis=(1, 2))
    assert max(range(8), key=lambda phase: steps_x[phase::8].mean()) == (8 - 3 - 1)
    assert max(range(8), key=lambda phase: steps_y[phase::8].mean()) == (8 - 6 - 1)


def test_a_lower_quality_is_further_from_the_image() -> None:
    image = rng().integers(0, 256, (64, 64, 3), np.uint8)
    errors = [np.abs(Jpeg(quality)(image, rng()).astype(int) - image).mean() for quality in (95, 70, 30)]
    assert errors == sorted(errors)
