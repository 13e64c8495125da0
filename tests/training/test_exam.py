from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepimage.errors import ConfigError
from deepimage.models.generator import Generator
from deepimage.training.config import Training
from deepimage.training.exam import Exam
from deepimage.training.perceptual import RandomFeatures

from .conftest import changed


def test_an_exam_is_fixed_and_aligned(config: Training) -> None:
    exam, again = (Exam.set(config.data, 4) for _ in range(2))
    for name in ("C0", "C2"):
        ((pair,), (same,)) = exam.pairs[name], again.pairs[name]
        assert pair.lr.shape == (32, 32, 3)
        assert pair.hr.shape == (128, 128, 3)
        assert np.array_equal(pair.lr, same.lr)
        reduced = np.asarray(Image.fromarray(pair.hr).resize((32, 32), Image.Resampling.BOX)).astype(float)
        shifted = np.abs(np.roll(pair.lr, 1, 1) - reduced)[2:-2, 2:-2].mean()
        assert np.abs(pair.lr - reduced)[2:-2, 2:-2].mean() < shifted


def test_a_bilinear_net_is_below_lanczos_on_clean_pictures(config: Training) -> None:
    exam = Exam.set(config.data, 4)
    marks = exam.take(Generator("residual", 4, 8, 1), RandomFeatures())
    assert marks["C0_gain"] < 0
    assert 0 < marks["C2_haarpsi"] < 1
    assert marks["C2_lpips"] > 0
    assert 20 < marks["consistency_db"] < 60


def test_a_run_is_measured_on_what_it_is_trained_on(config: Training) -> None:
    exam = Exam.set(changed(config, data={"exams": ["own", "C2"]}).data, 4)
    ((pair,), (other,)) = exam.pairs["own"], exam.pairs["C2"]
    assert np.array_equal(pair.hr, other.hr)
    assert pair.lr.shape == (32, 32, 3)
    assert not np.array_equal(pair.lr, other.lr)


def test_a_sheet_shows_lr_lanczos_sr_and_hr(config: Training, tmp_path: Path) -> None:
    exam = Exam.set(config.data, 4)
    path = tmp_path / "sheets" / "1.png"
    exam.sheet(Generator("residual", 4, 8, 1), path)
    with Image.open(path) as sheet:
        assert sheet.size == (4 * 192, 2 * 192)
        right = np.asarray(sheet)[:128, 3 * 192 : 3 * 192 + 128]
    assert np.array_equal(right, exam.pairs["C0"][0].hr)


def test_an_unknown_degradation_is_refused(config: Training) -> None:
    with pytest.raises(ConfigError, match=r"data.exams: no degradation C9; known: .*C0"):
        Exam.set(changed(config, data={"exams": ("C9",)}).data, 4)


@pytest.mark.parametrize(("scale", "unshuffle"), [(1, 4), (2, 2)])
def test_an_exam_suits_nets_that_unshuffle(config: Training, scale: int, unshuffle: int) -> None:
    generator = Generator("residual", scale, 8, 1, unshuffle=unshuffle)
    assert torch.isfinite(torch.tensor(Exam.set(config.data, scale).take(generator, None)["consistency_db"]))
