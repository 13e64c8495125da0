import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from deepimage.errors import ConfigError
from deepimage.models import checkpoint
from pipelines.train import main

RECIPE = """
name: tiny
net: {{arch: residual, scale: 2, features: 8, blocks: 0}}
data: {{train: {folder}, val: {folder}, degradation: {folder}/web.yaml, cache: {folder}/cache, patch: 16, batch: 2,
       val_side: 64, exams: [C0]}}
optimizer: {{steps: 50}}
every: 2
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "photo.png")
    (tmp_path / "web.yaml").write_text("branches: {a: {steps: [{step: resize, size: 1}]}}\n")
    (tmp_path / "recipe.yaml").write_text(RECIPE.format(folder=tmp_path))
    return tmp_path / "recipe.yaml"


def test_a_recipe_becomes_a_checkpoint(recipe: Path) -> None:
    path = main(recipe, ["optimizer.steps=3"], run=recipe.parent / "run", threads=1)
    opened = checkpoint.load(path)
    assert opened.name == "tiny"
    assert opened.facts.steps == 3
    assert opened.facts.licence == "Apache-2.0"


def test_the_run_goes_under_runs_by_default(recipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(recipe.parent)
    assert main(recipe, ["optimizer.steps=1"], threads=1) == Path("runs/tiny/tiny.safetensors")


def test_a_folder_without_photos_stops_before_training(recipe: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match="no pictures there"):
        main(recipe, [f"data.train={tmp_path}/empty"], run=tmp_path / "run")


def test_the_command_goes_on_from_a_checkpoint_and_a_profile(recipe: Path) -> None:
    folder = recipe.parent
    start = main(recipe, ["optimizer.steps=2"], run=folder / "first", threads=1)
    (folder / "profile.yaml").write_text("degradation: {branches: {a: {steps: [{step: noise, sigma: 9}]}}}\n")
    options = ["--from", str(start), "--profile", str(folder / "profile.yaml"), "--run", str(folder / "second")]
    command = [sys.executable, "-m", "pipelines", "train", str(recipe), *options, "--set", "optimizer.steps=2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (folder / "second" / "tiny.safetensors").exists()
    wrong = subprocess.run([*command, "--from", "nothing"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("deepimage: model nothing: unknown name")
    assert len(wrong.stderr.splitlines()) == 1


def test_a_killed_maker_of_pairs_ends_the_run_in_one_line(recipe: Path) -> None:
    run = recipe.parent / "run"
    command = [sys.executable, "-m", "pipelines", "train", str(recipe), "--run", str(run), "--set"]
    with subprocess.Popen([*command, "optimizer.steps=100000"], stderr=subprocess.PIPE, text=True) as training:
        while not (run / "state.pt").exists():
            time.sleep(0.1)
        (maker,) = psutil.Process(training.pid).children()
        maker.kill()
        assert training.stderr is not None
        told = training.stderr.read()
    said = [line for line in told.splitlines() if line.startswith("deepimage: ")]
    assert training.returncode == 1, told
    assert said == ["deepimage: a process that makes training pairs was killed (memory?); run again to go on"], told
    assert main(recipe, ["optimizer.steps=50"], run=run, threads=1).exists()
