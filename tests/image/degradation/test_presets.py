"""Every preset is valid, runs at every scale, and is as severe as its name says."""

from pathlib import Path

import numpy as np
import pytest
import torch
from pictures import picture

from deepimage.image.degradation.degrader import Degrader
from deepimage.image.degradation.recipe import load

FOLDER = Path(__file__).parents[3] / "configs/degradation"
PRESETS = ["bicubic", "clean", "dejpeg", "generic", "instagram", "phone-lowlight", "severe", "web"]


def errors(name: str, hr: torch.Tensor, scale: int = 4, count: int = 24) -> np.ndarray:
    """Mean squared distance from the plain bicubic lr, 8-bit steps, one for each seed."""
    many = hr.repeat(count // len(hr), 1, 1, 1)
    reference = Degrader(load(FOLDER / "bicubic.yaml"), scale)(many, range(count))
    lr = Degrader(load(FOLDER / f"{name}.yaml"), scale)(many, range(count))
    return ((lr - reference) * 255).square().mean((1, 2, 3)).numpy()


@pytest.fixture(scope="module")
def hr() -> torch.Tensor:
    from skimage import data

    return torch.cat([picture(data.coffee()[y : y + 96, x : x + 96]) for y, x in ((40, 120), (200, 300), (100, 420))])


def test_these_are_the_presets() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == PRESETS


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("scale", [1, 2])
def test_a_preset_runs_at_other_scales(name: str, scale: int, hr: torch.Tensor) -> None:
    lr = Degrader(load(FOLDER / f"{name}.yaml"), scale)(hr, range(3))
    assert lr.shape == (3, 3, 96 // scale, 96 // scale)


def test_severity_rises(hr: torch.Tensor) -> None:
    means = [errors(name, hr).mean() for name in ("bicubic", "clean", "instagram", "severe")]
    assert means == sorted(means)
    assert means[0] == 0


def test_generic_spans_clean_to_severe(hr: torch.Tensor) -> None:
    found = errors("generic", hr, count=36)
    assert np.percentile(found, 10) < errors("clean", hr).mean() * 3
    assert np.percentile(found, 90) > errors("severe", hr).mean() / 2


def test_dejpeg_leaves_some_alone_and_compresses_the_others(hr: torch.Tensor) -> None:
    found = errors("dejpeg", hr, scale=1, count=60)
    assert 0 < np.mean(found == 0) < 0.25
    assert np.median(found) > 5
