import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from deepimage.errors import ConfigError
from deepimage.models import checkpoint
from deepimage.training.config import Training
from deepimage.training.loop import mean_psnr, resume, train

TRAIN = """
import sys, torch
from pathlib import Path
from deepimage.training.config import Training
from deepimage.training.loop import train
torch.set_num_threads(1)
train(Training.model_validate_json(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def saved_step(run: Path) -> int:
    return torch.load(run / "state.pt", weights_only=True)["step"]


def test_a_run_learns_and_leaves_a_checkpoint(config: Training, tmp_path: Path) -> None:
    path = train(config, tmp_path / "run")
    rows = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [20, 40, 60]
    assert rows[-1]["gain"]["bicubic"] > rows[0]["gain"]["bicubic"]
    facts = checkpoint.load(path).facts
    assert (facts.steps, facts.scale, facts.halo) == (60, 4, 4)
    assert facts.recipe_sha256 == config.digest()
    assert facts.psnr_gain == rows[-1]["gain"]


def test_a_killed_run_goes_on_to_the_same_weights(config: Training, tmp_path: Path) -> None:
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


def test_a_finished_run_is_left_as_it_is(config: Training, tmp_path: Path) -> None:
    path = train(config, tmp_path / "run")
    before = path.read_bytes()
    assert train(config, tmp_path / "run").read_bytes() == before


def test_the_state_of_another_net_is_refused(config: Training, tmp_path: Path) -> None:
    train(config, tmp_path / "run")
    other = Training.model_validate({**config.model_dump(), "net": {"features": 16, "blocks": 1}})
    with pytest.raises(ConfigError, match="the state of another net"):
        resume(other, tmp_path / "run" / "state.pt")


def test_the_seed_decides_the_first_weights(config: Training, tmp_path: Path) -> None:
    def head(seed: int) -> torch.Tensor:
        state = resume(Training.model_validate({**config.model_dump(), "seed": seed}), tmp_path / "none")
        return state.generator.get_parameter("head.weight")

    assert torch.equal(head(1), head(1))
    assert not torch.equal(head(1), head(2))


def test_mean_psnr_leaves_a_border_of_one_scale() -> None:
    lr, hr = np.zeros((8, 8, 3), np.uint8), np.zeros((32, 32, 3), np.uint8)
    sr = hr.copy()
    sr[:4] = 255
    assert mean_psnr([(lr, hr)], iter([sr])) == float("inf")
