"""The training loop: batches in, checkpoint out; measured on fixed photos, resumable to the same weights.

A run is a folder: state.pt (to resume from), metrics.parquet and progress.html (one row a measurement), sheets/ (what
it paints), NAME.safetensors (the averaged weights at the last measurement, ready for use).
"""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from deepimage.models import checkpoint
from deepimage.models.facts import Facts
from deepimage.training import state as states
from deepimage.training.config import Training
from deepimage.training.data import Batch, Pairs, killed, stream
from deepimage.training.exam import Exam
from deepimage.training.guard import check
from deepimage.training.lessons import first_batch, lessons
from deepimage.training.memory import keep_freed
from deepimage.training.pace import Pace, Waiting
from deepimage.training.painting import painter_of
from deepimage.training.perceptual import Distance, distance
from deepimage.training.record import Record
from deepimage.training.share import Share, alone
from deepimage.training.state import State, Values
from deepimage.training.step import update

log = logging.getLogger(__name__)


def train(config: Training, run: Path) -> Path:
    """Train to the end of the recipe from where the folder `run` stands; returns the checkpoint.

    Raises ConfigError, and DeepimageError where a process that makes the pairs is killed.
    """
    run.mkdir(parents=True, exist_ok=True)
    state = states.new(config)
    if (run / states.FILE).exists():
        states.restore(state, run / states.FILE)
    book = Book(config, run, state)
    pairs = Pairs(config.data, config.net.scale, config.seed)
    try:
        learn(state, stream(pairs, first_batch(state.step, config.data.turns)), config, book.measure)
    except RuntimeError as error:  # torch interrupts whatever is going on; the step is lost, what is saved is not
        if "DataLoader worker" not in str(error):
            raise
        raise killed() from None
    return book.checkpoint


def learn(
    state: State,
    batches: Iterator[Batch],
    config: Training,
    measure: Callable[[State, Values], None],
    share: Share = alone,
) -> None:
    """Steps to the end of the recipe; `measure` is called with means of the losses at every stop."""
    device = next(state.generator.parameters()).device
    distance, waiting = distance_of(config, device), Waiting(batches, device)
    taught = lessons(waiting, state.step, config.data.turns, painter_of(config, device))
    keep_freed()
    pace = Pace(state.step, config.optimizer.steps)
    while state.step < config.optimizer.steps:
        first, started, waited, seen = state.step, time.monotonic(), waiting.seconds, []
        stop = min((state.step // config.every + 1) * config.every, config.optimizer.steps)
        while state.step < stop:
            seen.append(update(state, next(taught), config, distance, share))
            pace.told(state.step)
        steps = stop - first
        values = {key: float(np.mean([row[key] for row in seen])) for key in seen[-1]}
        values |= {
            "step_seconds": (time.monotonic() - started) / steps,
            "data_seconds": (waiting.seconds - waited) / steps,
        }
        measure(state, values)


@dataclass
class Book:
    """Writes down how a run goes, in its folder."""

    config: Training
    run: Path
    state: State

    def __post_init__(self) -> None:
        self.exam = Exam.set(self.config.data, self.config.net.scale)
        self.record = Record(self.run, self.state.step)
        self.distance = _lpips(self.config)
        self.checkpoint = self.run / f"{self.config.name}.safetensors"
        if not self.record.rows:
            self.record.add({"step": self.state.step, **self.exam.take(self.state.average, self.distance)})

    def measure(self, state: State, values: Values) -> None:
        """Exam, record, guard, sheet, checkpoint and state, in this order: a run killed in between measures again."""
        figures = {**values, **self.exam.take(state.average, self.distance)}
        log.info("step %d  %s", state.step, "  ".join(f"{key} {value:.4g}" for key, value in figures.items()))
        row = {"step": state.step, **figures}
        self.record.add(row)
        check(self.record.rows, self.config.guard)
        self.exam.sheet(state.average, self.run / "sheets" / f"{state.step:07d}.png")
        checkpoint.save(self.checkpoint, state.average, facts(self.config, state, row))
        states.save(state, self.run / states.FILE)


def facts(config: Training, state: State, row: Values) -> Facts:
    """What the checkpoint of this recipe says about itself."""
    net = config.net
    return Facts(
        arch=net.arch,
        scale=net.scale,
        halo=state.average.halo,
        multiple_of=state.average.multiple_of,
        dtype_ok=("fp32", "bf16", "fp16"),
        features=net.features,
        blocks=net.blocks,
        inner=net.inner,
        unshuffle=net.unshuffle,
        keeps_extremes=True,
        licence=config.licence,
        trained_on=config.trained_on,
        steps=state.step,
        recipe_sha256=config.digest(),
        psnr_gain={key.removesuffix("_gain"): round(value, 3) for key, value in row.items() if key.endswith("_gain")},
    )


def distance_of(config: Training, device: torch.device) -> Distance | None:
    """What the perceptual loss looks with."""
    net = distance(config.losses.perceptual_weights) if config.losses.perceptual else None
    return net.to(device) if isinstance(net, torch.nn.Module) else net


def _lpips(config: Training) -> Distance | None:
    """LPIPS where its weights are given; random features are a loss, not a measure."""
    weights = config.losses.perceptual_weights
    return distance(weights) if weights else None
