from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepimage.errors import ConfigError
from deepimage.models import checkpoint
from pipelines.train import main

RECIPE = """
name: tiny
net: {{scale: 2, features: 8, blocks: 0}}
data: {{train: {folder}, val: {folder}, patch: 8, cut: 1, pool: 4, batch: 2, val_side: 64}}
optimizer: {{steps: 50}}
every: 2
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "photo.png")
    (tmp_path / "recipe.yaml").write_text(RECIPE.format(folder=tmp_path))
    return tmp_path / "recipe.yaml"


def test_a_recipe_becomes_a_checkpoint(recipe: Path) -> None:
    path = main(recipe, ["optimizer.steps=3"], run=recipe.parent / "run", threads=1)
    opened = checkpoint.load(path)
    assert opened.name == "tiny"
    assert opened.facts.steps == 3


def test_the_run_goes_under_runs_by_default(recipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(recipe.parent)
    assert main(recipe, ["optimizer.steps=1"], threads=1) == Path("runs/tiny/tiny.safetensors")


def test_a_folder_without_photos_stops_before_training(recipe: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match="no pictures there"):
        main(recipe, [f"data.train={tmp_path}/empty"], run=tmp_path / "run")
