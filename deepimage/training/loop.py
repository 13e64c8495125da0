"""The training loop: pairs in, checkpoint out; measured on fixed photos, resumable to the same weights.

A run is a folder: state.pt (to resume from), metrics.jsonl (one line a measurement), NAME.safetensors (the averaged
weights at the last measurement, ready for use).
"""

import copy
import json
import logging
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from deepimage.errors import ConfigError
from deepimage.image.degradation.chains import bicubic, instagram
from deepimage.image.degradation.steps import Resize
from deepimage.image.tensor import stack, to_bchw, to_hwc
from deepimage.metrics.psnr import psnr_y
from deepimage.models import checkpoint
from deepimage.models.facts import Facts
from deepimage.models.generator import ResidualGenerator
from deepimage.training.config import Training
from deepimage.training.data import Pair, stream, validation_pairs
from deepimage.training.step import State, update

log = logging.getLogger(__name__)

CHAINS = {"instagram": instagram, "bicubic": bicubic}
"""The degradations that a run is measured on."""


def train(config: Training, run: Path) -> Path:
    """Train to the end of the recipe from where the folder `run` stands; returns the checkpoint. Raises ConfigError."""
    run.mkdir(parents=True, exist_ok=True)
    exams = {name: validation_pairs(config.data, config.net.scale, chain) for name, chain in CHAINS.items()}
    baseline = {name: mean_psnr(pairs, map(_lanczos, pairs)) for name, pairs in exams.items()}
    state = resume(config, run / "state.pt")
    batches = stream(config.data, config.net.scale, config.seed, state.step)
    while state.step < config.optimizer.steps:
        row = _learn(state, batches, config)
        psnr = {name: mean_psnr(pairs, _restored(state.average, pairs)) for name, pairs in exams.items()}
        gain = {name: round(psnr[name] - baseline[name], 3) for name in psnr}
        log.info("step %d: loss %.4f, dB over Lanczos %s", state.step, row["loss"], gain)
        _note(run / "metrics.jsonl", {**row, "psnr_y": psnr, "lanczos": baseline, "gain": gain})
        checkpoint.save(run / f"{config.name}.safetensors", state.average, facts(config, state, gain))
        _save(state, run / "state.pt")  # last: a run killed before this line measures again
    return run / f"{config.name}.safetensors"


def facts(config: Training, state: State, gain: Mapping[str, float]) -> Facts:
    """What the checkpoint of this recipe says about itself."""
    return Facts(
        arch="residual",
        scale=config.net.scale,
        halo=state.average.halo,
        dtype_ok=("fp32", "bf16", "fp16"),
        features=config.net.features,
        blocks=config.net.blocks,
        keeps_extremes=True,
        trained_on=config.trained_on,
        steps=state.step,
        recipe_sha256=config.digest(),
        psnr_gain=gain,
    )


def resume(config: Training, path: Path) -> State:
    """The saved state, or a new one from the seed. Raises ConfigError where the state is of another net."""
    torch.manual_seed(config.seed)
    generator = ResidualGenerator(config.net.scale, config.net.features, config.net.blocks)
    state = State(generator, copy.deepcopy(generator), torch.optim.AdamW(generator.parameters(), weight_decay=0.0))
    if not path.exists():
        return state
    saved = torch.load(path, weights_only=True)
    try:
        state.generator.load_state_dict(saved["generator"])
        state.average.load_state_dict(saved["average"])
        state.optimizer.load_state_dict(saved["optimizer"])
    except (RuntimeError, ValueError, KeyError):
        raise ConfigError(f"{path}: the state of another net; train into another folder") from None
    state.step = saved["step"]
    return state


def mean_psnr(pairs: list[Pair], srs: Iterator[np.ndarray]) -> float:
    """Mean PSNR-Y of sr against hr over the pairs, dB; a border of `scale` pixels is left out."""
    values = [psnr_y(sr, hr, border=hr.shape[0] // lr.shape[0]) for (lr, hr), sr in zip(pairs, srs, strict=True)]
    return float(np.mean(values))


def _learn(state: State, batches: Iterator[tuple[Tensor, Tensor]], config: Training) -> dict[str, float]:
    """Steps up to the next stop; returns what is worth noting of them."""
    first, started, waited, losses = state.step, time.monotonic(), 0.0, []
    stop = min((state.step // config.every + 1) * config.every, config.optimizer.steps)
    while state.step < stop:
        asked = time.monotonic()
        lr, hr = (to_bchw(batch) for batch in next(batches))
        waited += time.monotonic() - asked
        losses.append(update(state, lr, hr, config.optimizer, config.bf16))
    steps = stop - first
    seconds = (time.monotonic() - started) / steps
    return {"step": stop, "loss": float(np.mean(losses)), "step_seconds": seconds, "data_seconds": waited / steps}


@torch.inference_mode()
def _restored(generator: nn.Module, pairs: list[Pair]) -> Iterator[np.ndarray]:
    for lr, _ in pairs:
        yield to_hwc(generator(to_bchw(stack([lr]))))[0].numpy()


def _lanczos(pair: Pair) -> np.ndarray:
    lr, hr = pair
    return Resize(hr.shape[1], hr.shape[0])(lr, np.random.default_rng(0))


def _save(state: State, path: Path) -> None:
    """Whole or not at all: a run killed here resumes from the state before."""
    part = path.with_suffix(".part")
    saved = {
        "step": state.step,
        "generator": state.generator.state_dict(),
        "average": state.average.state_dict(),
        "optimizer": state.optimizer.state_dict(),
    }
    torch.save(saved, part)
    part.replace(path)


def _note(path: Path, row: Mapping[str, object]) -> None:
    with path.open("a") as file:
        file.write(json.dumps(row) + "\n")
