"""The catalog: names, what they need, which way is better."""

import math
from pathlib import Path

import numpy as np
import pytest

from deepimage.image.interpolation import resize
from deepimage.metrics.catalog import METRICS, Trial, open_metrics, usable


@pytest.fixture
def trials(photos: dict[str, np.ndarray]) -> tuple[Trial, Trial]:
    """The same photo enlarged twice: from a clean lr, and softly from a spoilt one."""
    hr = photos["chelsea"][:288, :448]
    lr = resize(hr, 72, 112)
    noisy = np.clip(lr + np.random.default_rng(0).normal(0, 30, lr.shape), 0, 255).astype(np.uint8)
    return Trial(resize(lr, 288, 448), lr, hr, 4), Trial(resize(noisy, 288, 448), lr, hr, 4)


def test_what_is_usable_depends_on_original_and_files() -> None:
    assert set(usable(True, {"lpips": Path("a"), "niqe": Path("b")})) == set(METRICS)
    assert usable(False, {}) == ("piqe", "checkerboard", "consistency")
    assert "lpips" not in usable(True, {})
    assert "niqe" in usable(False, {"niqe": Path("b")})


def test_every_metric_prefers_the_better_result(trials: tuple[Trial, Trial]) -> None:
    good, bad = trials
    names = [
        name for name in usable(True, {}) if name not in ("piqe", "checkerboard")
    ]  # blur is clean, and has no grid
    for name, measure in open_metrics(names, {}).items():
        assert METRICS[name].badness(measure(good)) < METRICS[name].badness(measure(bad)), name


def test_equal_pictures_have_a_finite_score(photos: dict[str, np.ndarray]) -> None:
    photo = photos["chelsea"][:200, :200]
    same = Trial(photo, photo, photo, 0)
    for name, measure in open_metrics(usable(True, {}), {}).items():
        assert math.isfinite(measure(same)), name


def test_badness_and_text() -> None:
    assert METRICS["psnr_y"].badness(30) < METRICS["psnr_y"].badness(29)
    assert METRICS["lpips"].badness(0.1) < METRICS["lpips"].badness(0.2)
    niqe = METRICS["niqe"]
    assert niqe.badness(5) < niqe.badness(3.5) < niqe.badness(7)
    assert [METRICS[name].direction for name in ("psnr_y", "lpips", "niqe")] == ["↑", "↓", "≈ 4.9"]
    assert METRICS["psnr_y"].text(26.0912) == "26.09"
    assert METRICS["ssim_y"].text(None) == METRICS["ssim_y"].text(math.nan) == "–"
