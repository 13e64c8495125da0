"""`deepimage train CONFIG`: one act of training, from a recipe to a checkpoint."""

from collections.abc import Iterable
from pathlib import Path

import torch

from deepimage.training.config import load
from deepimage.training.loop import train


def main(config_path: Path, overrides: Iterable[str] = (), run: Path | None = None, threads: int | None = None) -> Path:
    """Train as the recipe says in the folder `run` (default runs/NAME), or go on there; returns the checkpoint."""
    if threads:
        torch.set_num_threads(threads)
    config = load(config_path, overrides)
    return train(config, run or Path("runs") / config.name)
