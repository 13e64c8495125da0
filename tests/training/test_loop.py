import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import torch

from deepimage.errors import ConfigError
from deepimage.models import checkpoint
from deepimage.training.config import Training
from deepimage.training.loop import train
from deepimage.training.painting import painter_of

from .conftest import changed

TRAIN = """
import sys, torch
from pathlib import Path
from deepimage.training.config import Training
from deepimage.training.loop import train
torch.set_num_threads(1)
train(Training.model_validate_json(sys.argv[1]), Path(sys.argv[2]))
"""


def saved_step(run: Path) -> int:
    return torch.load(run / "state.pt", weights_only=True)["step"]


def test_a_run_learns_and_leaves_all_that_it_promises(config: Training, tmp_path: Path) -> None:
    path = train(config, tmp_path / "run")
    rows = pq.read_table(tmp_path / "run" / "metrics.parquet").to_pylist()
    assert [row["step"] for row in rows] == [0, 20, 40, 60]
    assert rows[-1]["C0_gain"] > rows[1]["C0_gain"] > rows[0]["C0_gain"] - 0.1
    facts = checkpoint.load(path).facts
    assert (facts.steps, facts.scale, facts.halo, facts.arch) == (60, 4, 4, "residual")
    assert facts.recipe_sha256 == config.digest()
    assert facts.psnr_gain["C0"] == pytest.approx(rows[-1]["C0_gain"], abs=1e-3)
    assert {p.name for p in (tmp_path / "run" / "sheets").iterdir()} == {"0000020.png", "0000040.png", "0000060.png"}
    assert "C0_gain" in (tmp_path / "run" / "progress.html").read_text()


@pytest.mark.parametrize("stage", ["config", "gan"])
def test_a_killed_run_goes_on_to_the_same_weights(stage: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    config = request.getfixturevalue(stage)
    straight = train(config, tmp_path / "straight")
    killed = tmp_path / "killed"
    command = [sys.executable, "-c", TRAIN, config.model_dump_json(), str(killed)]
    process = subprocess.Popen(command, start_new_session=True)
    while not (killed / "state.pt").exists():
        assert process.poll() is None
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert saved_step(killed) < config.optimizer.steps
    assert train(config, killed).read_bytes() == straight.read_bytes()
    rows = pq.read_table(killed / "metrics.parquet")["step"].to_pylist()
    assert rows == [0, 20, 40, 60]


def test_a_finished_run_is_left_as_it_is(config: Training, tmp_path: Path) -> None:
    path = train(config, tmp_path / "run")
    before = path.read_bytes()
    assert train(config, tmp_path / "run").read_bytes() == before


def test_a_gan_goes_on_from_its_psnr_stage(config: Training, gan: Training, tmp_path: Path) -> None:
    first = train(config, tmp_path / "psnr")
    second = train(changed(gan, start=str(first)), tmp_path / "gan")
    rows = pq.read_table(tmp_path / "gan" / "metrics.parquet").to_pylist()
    assert rows[0]["C2_gain"] == pytest.approx(checkpoint.load(first).facts.psnr_gain["C2"], abs=0.02)
    assert {"perceptual", "told_apart", "discriminator", "artifacts"} <= set(rows[-1])
    assert checkpoint.load(second).facts.steps == 60


def test_a_collapse_keeps_the_last_good_state(config: Training, tmp_path: Path) -> None:
    run = tmp_path / "run"
    train(changed(config, optimizer={"steps": 20}), run)
    before = (run / "state.pt").read_bytes(), (run / "tiny.safetensors").read_bytes()
    rows = pq.read_table(run / "metrics.parquet").to_pylist()
    drop = rows[0]["consistency_db"] - rows[1]["consistency_db"]
    guarded = changed(config, guard={"consistency_drop": 1e-6}, optimizer={"learning_rate": 0.5})
    assert drop < 20
    with pytest.raises(ConfigError, match="collapsing"):
        train(guarded, run)
    assert ((run / "state.pt").read_bytes(), (run / "tiny.safetensors").read_bytes()) == before


def test_a_recipe_brings_its_painter(config: Training) -> None:
    target = {"teacher": "academic-x4", "calm": 0.1, "cleaner": "fast-x4-psnr"}
    painter = painter_of(changed(config, target=target), torch.device("cpu"))
    assert painter
    assert painter.cleaner
    lr = torch.rand(1, 3, 16, 16)
    assert not torch.equal(painter.teacher(lr), painter.cleaner(lr))
    assert painter_of(config, torch.device("cpu")) is None


def test_a_teacher_of_another_scale_is_refused(config: Training) -> None:
    pupil = changed(config, net={"scale": 3}, target={"teacher": "fast-x4-psnr"})
    with pytest.raises(ConfigError, match="fast-x4-psnr: scale 4, not a multiple of 3"):
        painter_of(pupil, torch.device("cpu"))
