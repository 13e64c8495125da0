"""Is a generator what it was? One known picture must give the same bytes as the first time."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch

from deepimage.config import Recipe
from deepimage.errors import CheckpointError
from deepimage.serving.work.studio import Studio
from deepimage.stages.opening import find_model

_SIDE = 96  # pixels: small, and several shades, edges and grains in it


async def prove_all(studio: Studio, recipe: Recipe, models: Iterable[str], folder: Path) -> None:
    """`prove` with each of `models`, one after another."""
    for name in models:
        await prove(studio, recipe.model_copy(update={"model": name}), folder)


async def prove(studio: Studio, recipe: Recipe, folder: Path) -> None:
    """Load the recipe's model and restore with it; what came out is kept in `folder`, one file for each machine's kind.

    Raises CheckpointError for weights that are not those that were published, or an answer that is not the earlier one.
    """
    sha256 = find_model(recipe).sha256
    restorer = await studio.load(recipe)
    answer = hashlib.sha256((await studio.restore(recipe, _picture())).tobytes()).hexdigest()
    numerics = f"{torch.__version__} {restorer.device.type} {restorer.dtype} {torch.backends.cpu.get_cpu_capability()}"
    known = folder / hashlib.sha256(f"{sha256} {numerics} {recipe.tiling}".encode()).hexdigest()[:24]
    if known.exists():
        if known.read_text() != answer:
            raise CheckpointError(f"model {recipe.model}: it no longer restores as it did; see {known}")
        return
    folder.mkdir(parents=True, exist_ok=True)
    written = known.with_suffix(f".{os.getpid()}")
    written.write_text(answer)
    written.replace(known)


def _picture() -> np.ndarray:
    """(H, W, 3) uint8: waves, an edge and noise."""
    y, x = np.mgrid[:_SIDE, :_SIDE]
    noise = np.random.default_rng(0).integers(-20, 20, (_SIDE, _SIDE, 3))
    waves = 128 + 80 * np.sin(x / 5) * np.cos(y / 9) + 40 * (x > y)
    return np.clip(waves[..., None] + noise, 0, 255).astype(np.uint8)
