"""Fixed degradations: sizes, seeds, and the published figures of the conditions C0 to C3."""

from pathlib import Path

import numpy as np
import pytest
from pictures import displacement, shapes
from PIL import Image

from deepimage.image.degradation.fixed import FIXED
from deepimage.metrics.psnr import psnr_y

SET14 = Path(__file__).parents[4] / "shared/data/bench/Set14"
BICUBIC_DB = {"C0": 26.09, "C1": 25.25, "C2": 25.49, "C3": 23.95}  # PSNR-Y of bicubic on Set14, x4
NOISY = {"C1", "C3", "lowlight"}


@pytest.mark.parametrize("name", FIXED)
@pytest.mark.parametrize("scale", [1, 2, 4])
def test_lr_has_its_size_and_lies_over_hr(name: str, scale: int) -> None:
    hr = np.ascontiguousarray(shapes(48 * scale)[: 40 * scale])
    lr = FIXED[name](hr, scale, 0)
    assert lr.shape == (40, 48, 3)
    assert lr.dtype == np.uint8
    reference = FIXED["bicubic"](hr, scale, 0)[..., 1].astype(float)
    assert np.abs(displacement(lr[..., 1].astype(float), reference)).max() < 0.25


@pytest.mark.parametrize("name", FIXED)
def test_only_noise_knows_the_index(name: str, photos: dict[str, np.ndarray]) -> None:
    hr = np.ascontiguousarray(photos["chelsea"][40:136, 80:208])
    assert np.array_equal(FIXED[name](hr, 4, 3), FIXED[name](hr, 4, 3))
    assert np.array_equal(FIXED[name](hr, 4, 3), FIXED[name](hr, 4, 4)) == (name not in NOISY)


@pytest.mark.parametrize("name", BICUBIC_DB)
def test_published_figures(name: str) -> None:
    photos = sorted(SET14.glob("*.png"))
    if len(photos) != 14:
        pytest.skip(f"Set14 is not at {SET14}")
    values = []
    for index, path in enumerate(photos):
        hr = np.asarray(Image.open(path).convert("RGB"))
        height, width = (side - side % 4 for side in hr.shape[:2])
        hr = hr[:height, :width]
        enlarged = Image.fromarray(FIXED[name](hr, 4, index)).resize((width, height), Image.Resampling.BICUBIC)
        values.append(psnr_y(np.asarray(enlarged), hr, 4))
    assert np.mean(values) == pytest.approx(BICUBIC_DB[name], abs=0.006)
