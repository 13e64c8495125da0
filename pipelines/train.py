"""`deepimage train CONFIG`: one act of training, from a recipe to a checkpoint."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch

from deepimage.errors import UsageError
from deepimage.training.config import Training, load
from deepimage.training.loop import train


def main(
    config_path: Path,
    overrides: Iterable[str] = (),
    shortcuts: Mapping[str, Any] | None = None,
    run: Path | None = None,
    threads: int | None = None,
    address: str | None = None,
) -> Path:
    """Train as the recipe says in the folder `run` (default runs/NAME), or go on there; returns the checkpoint."""
    if threads:
        torch.set_num_threads(threads)
    config = load(config_path, overrides, shortcuts)
    folder = run or Path("runs") / config.name
    return _on_ray(config, folder, address) if config.workers else train(config, folder)


def _on_ray(config: Training, run: Path, address: str | None) -> Path:
    try:
        from deepimage.training import distributed
    except ImportError:
        raise UsageError("training on several workers needs Ray Train: pip install 'deepimage[train]'") from None
    distributed.connect(address)
    return distributed.train(config, run)
