import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deepimage.errors import ConfigError
from deepimage.models import checkpoint
from deepimage.training import distributed
from deepimage.training.config import Training
from deepimage.training.loop import train

from .conftest import changed

pytestmark = [pytest.mark.ray, pytest.mark.usefixtures("ray_cluster")]


def steps(run: Path) -> list[int]:
    return pq.read_table(run / "metrics.parquet")["step"].to_pylist()


def test_workers_must_share_a_batch_evenly(config: Training, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"3 do not share a data\.batch of 4 evenly"):
        distributed.train(changed(config, workers=3), tmp_path / "run")


def test_two_workers_learn_what_one_process_learns(gan: Training, tmp_path: Path) -> None:
    """Also when one of them is killed on the way. Which worker gets which share of a step is Ray's, so they agree in
    what they learned and not in every bit."""
    gan = changed(gan, bf16=False, data={"turns": 2}, losses={"adversarial": 0, "features": 0, "perceptual": 0})
    killer = Thread(target=_kill_a_worker_once, args=(tmp_path / "two",))
    killer.start()
    two = distributed.train(changed(gan, workers=2), tmp_path / "two")
    killer.join()
    train(gan, tmp_path / "one")
    assert steps(tmp_path / "two") == [0, 20, 40, 60]
    ours, theirs = (pq.read_table(run / "metrics.parquet").to_pylist()[-1] for run in (tmp_path / "one", two.parent))
    assert theirs["C0_gain"] == pytest.approx(ours["C0_gain"], abs=0.3)
    assert theirs["pixel"] == pytest.approx(ours["pixel"], rel=0.15)
    assert checkpoint.load(two).facts.steps == 60


def test_data_begin_with_the_oldest_checkpoint_that_is_whole(tmp_path: Path) -> None:
    """Ray copies a checkpoint file by file: a worker that dies meanwhile leaves half of one."""
    assert distributed._first_step(tmp_path) == 0
    for number, step in enumerate((None, 20, 40, None)):
        folder = tmp_path / "ray" / f"checkpoint_{number}"
        folder.mkdir(parents=True)
        if step:
            pq.write_table(pa.table({"step": [0, step]}), folder / "metrics.parquet")
        else:
            (folder / "metrics.parquet").touch()
    assert distributed._first_step(tmp_path) == 20


def _kill_a_worker_once(run: Path) -> None:
    """As soon as a first checkpoint stands."""
    while not any(run.glob("ray/checkpoint_*")):
        time.sleep(0.05)
    victim = next(_train_workers())
    os.kill(victim.pid, signal.SIGKILL)


def _train_workers() -> Iterator[psutil.Process]:
    for process in psutil.process_iter(["cmdline"]):
        if "RayTrainWorker" in " ".join(process.info["cmdline"] or []):
            yield process
