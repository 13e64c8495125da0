"""The same loop on Ray Train: 1..N workers share every batch, fed by Ray Data, which crops and degrades on the cluster.

What a lone run keeps in its folder is here the checkpoint that the first worker reports; a worker that dies takes the
others back to the last one, and the same command again goes on from there. The run's folder is one that all nodes see.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import ray
import ray.train
import torch
from ray.train.torch import TorchTrainer, get_device
from torch import nn

from deepimage.errors import ConfigError, DeepimageError
from deepimage.training import state as states
from deepimage.training.config import Training
from deepimage.training.data import Batch, Pairs
from deepimage.training.lessons import batches_until, first_batch
from deepimage.training.loop import Book, learn
from deepimage.training.record import TABLE
from deepimage.training.state import State, Values

_DEATHS = 3  # of workers, before the run stops


def train(config: Training, run: Path) -> Path:
    """Train on `config.workers` workers of the cluster at hand; returns the checkpoint in the folder `run`.

    Raises ConfigError, and DeepimageError where the workers keep dying.
    """
    if config.data.batch % config.workers:
        raise ConfigError(f"workers: {config.workers} do not share a data.batch of {config.data.batch} evenly")
    Pairs(config.data, config.net.scale, config.seed)  # complain here, not there
    run.mkdir(parents=True, exist_ok=True)
    trainer = TorchTrainer(
        _work,
        train_loop_config={"config": config.model_dump()},
        scaling_config=ray.train.ScalingConfig(num_workers=config.workers, use_gpu=torch.cuda.is_available()),
        run_config=ray.train.RunConfig(
            name="ray",
            storage_path=str(run.resolve()),
            failure_config=ray.train.FailureConfig(max_failures=_DEATHS),
            checkpoint_config=ray.train.CheckpointConfig(num_to_keep=2),
        ),
        datasets={"train": lambda: _batches(config, _first_step(run.resolve()))},  # asked again after each death
        dataset_config=ray.train.DataConfig(execution_options=_in_order()),
    )
    try:
        result = trainer.fit()
    except ray.train.TrainingFailedError as error:
        raise DeepimageError(f"training stopped, resumable: {str(error).strip().splitlines()[-1]}") from None
    assert result.checkpoint
    result.checkpoint.to_directory(run)
    return run / f"{config.name}.safetensors"


def _batches(config: Training, first_step: int) -> ray.data.Dataset:
    """One row for each batch and worker: its share of the batch's pairs."""
    turns = config.data.turns
    first = first_batch(first_step, turns)
    shares = ray.data.range((batches_until(config.optimizer.steps, turns) - first) * config.workers)
    makers = ray.data.ActorPoolStrategy(size=config.workers)
    arguments = (config.model_dump(), first)
    return shares.map_batches(_Maker, fn_constructor_args=arguments, batch_size=1, compute=makers, num_cpus=0.5)


def _first_step(run: Path) -> int:
    """That of the oldest checkpoint: the workers resume from it or from a newer one, of which half may be written."""
    steps = (_last_step(table) for table in sorted(run.glob(f"ray/checkpoint_*/{TABLE}")))
    return next((step for step in steps if step is not None), 0)


def _last_step(table: Path) -> int | None:
    """None where it is not whole, or gone."""
    try:
        return int(pq.read_table(table)["step"][-1].as_py())
    except (pa.ArrowInvalid, FileNotFoundError):
        return None


def _in_order() -> ray.data.ExecutionOptions:
    return ray.data.ExecutionOptions(preserve_order=True)


class _Maker:
    """Makes one worker's share of one batch's pairs."""

    def __init__(self, config: dict[str, Any], first_batch: int) -> None:
        torch.set_num_threads(1)
        self._first_batch = first_batch
        self._config = Training(**config)
        self._pairs = Pairs(self._config.data, self._config.net.scale, self._config.seed)

    def __call__(self, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        number, place = divmod(int(batch["id"][0]), self._config.workers)
        lr, hr = self._pairs.batch(self._first_batch + number, slice(place, None, self._config.workers))
        return {"number": np.array([self._first_batch + number]), "lr": lr.numpy()[None], "hr": hr.numpy()[None]}


def _work(arguments: dict[str, Any]) -> None:
    """What each worker does."""
    config = Training(**arguments["config"])
    folder = Path(tempfile.mkdtemp(prefix="deepimage-train-"))
    state = _resumed(config, folder)
    for part in (state.generator, state.average, state.critic.discriminator if state.critic else nn.Identity()):
        part.to(get_device())
    first = ray.train.get_context().get_world_rank() == 0
    book = Book(config, folder, state) if first else None

    def measure(state: State, values: Values) -> None:
        if book:
            book.measure(state, values)
        checkpoint = ray.train.Checkpoint.from_directory(folder) if first else None
        ray.train.report({"step": state.step}, checkpoint=checkpoint)

    learn(state, _stream(first_batch(state.step, config.data.turns)), config, measure, _average)
    shutil.rmtree(folder, ignore_errors=True)


def _resumed(config: Training, folder: Path) -> State:
    """Every worker holds the same state: that of the last checkpoint, or the seed's."""
    state = states.new(config)
    if last := ray.train.get_checkpoint():
        last.to_directory(folder)
        states.restore(state, folder / states.FILE)
    return state


def _stream(first: int) -> Iterator[Batch]:
    """This worker's shares, from that batch on."""
    for row in ray.train.get_dataset_shard("train").iter_torch_batches(batch_size=1, prefetch_batches=2):
        if row["number"] >= first:
            yield row["lr"][0], row["hr"][0]


def _average(parameters: Iterable[nn.Parameter]) -> None:
    """Mean of the gradients over all workers; a small net needs no more than one message."""
    if not torch.distributed.is_initialized():
        return
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    torch.distributed.all_reduce(flat)
    flat /= torch.distributed.get_world_size()
    start = 0
    for gradient in gradients:
        gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
        start += gradient.numel()


def connect(address: str | None) -> None:
    """Join a cluster, or start an embedded one."""
    os.environ.setdefault("RAY_AUTH_MODE", "disabled" if address is None else "token")
    embedded = {"num_cpus": 8, "include_dashboard": False, "_temp_dir": tempfile.mkdtemp(prefix="deepimage-ray-")}
    ray.init(address=address, log_to_driver=False, logging_level="ERROR", **(embedded if address is None else {}))
