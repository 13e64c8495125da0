from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepimage.training.config import Training


def shapes(seed: int, height: int, width: int) -> np.ndarray:
    """Overlapping coloured discs with hard edges, (H,W,3) uint8."""
    rng = np.random.default_rng(seed)
    image = np.full((height, width, 3), 128, np.uint8)
    y, x = np.mgrid[:height, :width]
    for _ in range(40):
        inside = (y - rng.integers(height)) ** 2 + (x - rng.integers(width)) ** 2 < rng.integers(4, 24) ** 2
        image[inside] = rng.integers(0, 256, 3)
    return image


@pytest.fixture
def config(tmp_path: Path) -> Training:
    """A recipe for a tiny net on four tiny photos."""
    for folder, seeds in (("train", (0, 1, 2)), ("val", (3,))):
        (tmp_path / folder).mkdir()
        for seed in seeds:
            Image.fromarray(shapes(seed, 140, 180)).save(tmp_path / folder / f"{seed}.png")
    return Training(
        name="tiny",
        net={"scale": 4, "features": 8, "blocks": 1},
        data={
            "train": str(tmp_path / "train"),
            "val": str(tmp_path / "val"),
            "batch": 4,
            "patch": 12,
            "pool": 4,
            "val_side": 128,
        },
        optimizer={"steps": 60, "learning_rate": 5e-3, "warmup": 5},
        every=20,
    )
