import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from pipelines.benchmark_training import measure


@pytest.fixture
def recipe(tmp_path: Path, photos: dict[str, np.ndarray]) -> Path:
    (tmp_path / "in").mkdir()
    Image.fromarray(photos["coffee"]).save(tmp_path / "in" / "coffee.png")
    (tmp_path / "web.yaml").write_text("branches: {a: {steps: [{step: resize, size: 1}]}}\n")
    data = {"train": "in", "val": "in", "degradation": "web.yaml", "cache": "cache"}
    settings = {
        "name": "tiny",
        "net": {"arch": "residual", "features": 8, "blocks": 1},
        "data": {key: str(tmp_path / value) for key, value in data.items()} | {"batch": 2, "patch": 16},
        "losses": {"perceptual": 0.1, "adversarial": 0.2, "window": 64},
        "optimizer": {"steps": 10},
    }
    path = tmp_path / "tiny.yaml"
    path.write_text(yaml.safe_dump(settings))
    return path


def test_it_prints_where_a_step_goes(recipe: Path) -> None:
    lines = measure(recipe, steps=2)
    names = [re.split(r"\s{2,}", line.strip())[0] for line in lines]
    assert names[:4] == ["data, one process", "generator", "discriminator, once", "perceptual"]
    assert "steps an hour" in lines[4]
    assert "waiting for data" in lines[5]


def test_what_a_recipe_goes_on_from_may_still_be_missing(recipe: Path) -> None:
    recipe.write_text(recipe.read_text() + "start: runs/not-yet/trained.safetensors\n")
    assert "steps an hour" in measure(recipe, steps=1)[4]
