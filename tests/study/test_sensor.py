"""Shot and read noise come back as they were put in."""

import numpy as np
import pytest

from deepimage.study.lattice import luma_tables
from deepimage.study.noise import Blocks
from deepimage.study.sensor import GAMMA, Sensor, sensor

from .dirt import jpeg, ramp, seen


def exposed(shot: float, read: float) -> np.ndarray:
    """The ramp with noise of variance shot x + read in linear light."""
    light = (ramp() / 255.0) ** GAMMA
    noise = np.random.default_rng(0).standard_normal((512, 512, 1)) * np.sqrt(shot * light + read)
    return np.rint(255 * np.clip(light + noise, 0, 1) ** (1 / GAMMA)).astype(np.uint8)


def measured(rgb: np.ndarray, quality: int | None = None) -> Sensor | None:
    planes, bad = seen(rgb)
    return sensor(Blocks.of(planes.luma, bad, None if quality is None else luma_tables()[quality - 1]))


@pytest.mark.parametrize("quality", [None, 85])
@pytest.mark.parametrize("shot", [0.002, 0.01])
def test_shot_noise(shot: float, quality: int | None) -> None:
    rgb = exposed(shot, 1e-5)
    found = measured(rgb if quality is None else jpeg(rgb, quality), quality)
    assert found is not None
    assert found.shot == pytest.approx(shot, rel=0.25)
    assert found.read < 0.05 * shot


def test_read_noise_alone_has_no_slope() -> None:
    found = measured(exposed(0, 4e-4))
    assert found is not None
    assert found.read == pytest.approx(4e-4, rel=0.3)
    assert found.shot < 4e-4


def test_neither_is_negative_whatever_the_picture(photos: dict[str, np.ndarray]) -> None:
    for photo in photos.values():
        found = measured(photo)
        assert found is None or (found.shot >= 0 and found.read >= 0)


def test_one_brightness_tells_no_slope() -> None:
    rgb = np.clip(np.random.default_rng(0).normal(128, 6, (256, 256, 1)), 1, 254).repeat(3, axis=2).astype(np.uint8)
    assert measured(rgb) is None
