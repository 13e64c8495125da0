"""Noise: its variance (in linear light for a sensor), its colour, its grain, its seed."""

import numpy as np
import pytest
import torch
from pictures import apply, grey

from deepimage.image.degradation.canvas import Canvas
from deepimage.image.degradation.noise import GAMMA, Blotches, Noise, Sensor


@pytest.mark.parametrize("sigma", [1.0, 12.0])
def test_white_noise_is_as_strong_as_it_says(sigma: float) -> None:
    result = apply(Noise(sigma, seed=4), grey(128, 128)) * 255 - 127.5
    assert result.std() == pytest.approx(sigma, rel=0.02)
    assert result.mean() == pytest.approx(0, abs=0.05 * sigma)
    correlation = np.corrcoef(result[0].flatten(1).numpy())
    assert np.abs(correlation - np.eye(3)).max() < 0.03


def test_grey_noise_has_no_colour() -> None:
    result = apply(Noise(10, "grey", seed=1), grey(64, 64))[0]
    assert torch.equal(result[0], result[2])
    assert result.std() * 255 == pytest.approx(10, rel=0.05)


@pytest.mark.parametrize("value", [0.2, 0.5, 0.8])
@pytest.mark.parametrize(("gain", "shot", "read"), [(1, 0.002, 1e-5), (4, 0.0005, 2e-6)])
def test_a_sensor_has_its_variance_in_linear_light(value: float, gain: float, shot: float, read: float) -> None:
    light = apply(Sensor(gain, shot, read, seed=2), grey(160, 160, value)).double() ** GAMMA
    expected = value**GAMMA
    assert light.mean() == pytest.approx(expected, rel=0.01)
    assert light.var() == pytest.approx(gain * shot * expected + gain**2 * read, rel=0.05)


def test_a_sensor_that_is_not_relit_stays_dark() -> None:
    dark, half, bright = (
        apply(Sensor(4, 1e-4, 0, relight), grey(32, 32, 0.6)).double().pow(GAMMA).mean() for relight in (0, 0.5, 1)
    )
    assert bright / half == pytest.approx(2, rel=0.02)
    assert bright / dark == pytest.approx(4, rel=0.02)


@pytest.mark.parametrize("size", [(96, 96), (40, 120)])
def test_blotches_are_chroma_of_the_strength_and_grain_that_they_say(size: tuple[int, int]) -> None:
    result = apply(Blotches(6, 2.0, seed=3), grey(*size))[0] * 255
    y = 0.299 * result[0] + 0.587 * result[1] + 0.114 * result[2]
    cb, cr = (result[2] - y) / 1.772, (result[0] - y) / 1.402
    assert y.std() < 0.05
    for plane in (cb, cr):
        assert plane.square().mean().sqrt() == pytest.approx(6, rel=0.25)  # few independent stains in a picture
        neighbours = np.corrcoef(plane[:, 1:].flatten(), plane[:, :-1].flatten())[0, 1]
        assert neighbours == pytest.approx(np.exp(-1 / (4 * 2.0**2)), abs=0.03)


def test_blotches_have_unit_strength_on_average_even_at_corners() -> None:
    corners = [apply(Blotches(10, 1.5, seed=seed), grey(12, 12))[0, :, 0, 0] * 255 - 127.5 for seed in range(200)]
    blue_minus_green = torch.stack([c[2] - c[1] for c in corners])
    expected = 10 * np.hypot(1.772 + 0.344, 0.714)
    assert blue_minus_green.std() == pytest.approx(expected, rel=0.15)


def test_smoothing_blurs_luma_and_spares_chroma() -> None:
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 0.2 + 0.4
    result = apply(Blotches(0, 1, 1.5), image)
    weights = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
    luma, smooth = (image * weights).sum(1), (result * weights).sum(1)
    inner = smooth[:, 8:-8, 8:-8]
    assert inner.std() / luma.std() == pytest.approx(1 / (2 * np.sqrt(np.pi) * 1.5), rel=0.1)
    assert (result - smooth[:, None]) == pytest.approx(image - luma[:, None], abs=1e-5)


@pytest.mark.parametrize(
    "make", [lambda s: Noise(5, seed=s), lambda s: Sensor(2, 1e-3, 1e-6, seed=s), lambda s: Blotches(5, 1, seed=s)]
)
def test_a_seed_is_a_picture_of_noise(make) -> None:  # type: ignore[no-untyped-def]
    assert torch.equal(apply(make(7), grey(20, 30)), apply(make(7), grey(20, 30)))
    assert not torch.equal(apply(make(7), grey(20, 30)), apply(make(8), grey(20, 30)))


def test_noise_does_not_know_its_canvas() -> None:
    pixels = torch.full((2, 3, 48, 40), 0.5)
    operations = [Noise(5, "grey", seed=1), Noise(5, seed=2)]
    batch = Noise.apply(Canvas(pixels, [(20, 30), (48, 40)], (20, 20), fixed=True), operations).pixels
    assert torch.equal(batch[0, :, :20, :30], apply(operations[0], grey(20, 30))[0])
    assert torch.equal(batch[1], apply(operations[1], grey(48, 40))[0])


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_black_and_white_stay_in_range(value: float) -> None:
    for op in (Noise(30, seed=1), Sensor(8, 0.01, 1e-4, seed=1), Blotches(20, 1, 1, seed=1)):
        result = apply(op, grey(9, 11, value))
        assert result.isfinite().all()
        assert result.min() >= 0
        assert result.max() <= 1
