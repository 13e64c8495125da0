from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepimage.training.config import Training

DEGRADATION = """
branches:
  web:
    steps:
      - {step: resize, size: 1, kernel: {bicubic: 1, lanczos: 1}}
      - {step: jpeg, quality: {uniform: [60, 95]}}
"""


def shapes(seed: int, height: int, width: int) -> np.ndarray:
    """Overlapping coloured discs with hard edges, (H,W,3) uint8."""
    rng = np.random.default_rng(seed)
    image = np.full((height, width, 3), 128, np.uint8)
    y, x = np.mgrid[:height, :width]
    for _ in range(40):
        inside = (y - rng.integers(height)) ** 2 + (x - rng.integers(width)) ** 2 < rng.integers(4, 24) ** 2
        image[inside] = rng.integers(0, 256, 3)
    return image


def changed(config: Training, **values: object) -> Training:
    """The recipe with sections replaced; a dict is merged into its section."""
    old = config.model_dump()
    merged = {k: old[k] | v if isinstance(v, dict) else v for k, v in values.items()}
    return Training.model_validate(old | merged)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def config(tmp_path: Path) -> Training:
    """A recipe for a tiny net on four tiny photos."""
    for folder, seeds in (("train", (0, 1, 2)), ("val", (3,))):
        (tmp_path / folder).mkdir()
        for seed in seeds:
            Image.fromarray(shapes(seed, 140, 180)).save(tmp_path / folder / f"{seed}.png")
    (tmp_path / "web.yaml").write_text(DEGRADATION)
    return Training(
        name="tiny",
        net={"arch": "residual", "scale": 4, "features": 8, "blocks": 1},
        data={
            "train": str(tmp_path / "train"),
            "val": str(tmp_path / "val"),
            "degradation": str(tmp_path / "web.yaml"),
            "cache": str(tmp_path / "cache"),
            "batch": 4,
            "patch": 12,
            "val_side": 128,
            "exams": ("C0", "C2"),
        },
        losses={"window": 32},
        optimizer={"steps": 60, "learning_rate": 5e-3, "warmup": 5},
        every=20,
    )


@pytest.fixture
def gan(config: Training) -> Training:
    """The same with every loss."""
    weights = {"gradient": 0.1, "frequency": 0.1, "consistency": 1, "perceptual": 0.1, "artifacts": 1}
    return changed(
        config,
        losses=weights | {"adversarial": 0.3, "features": 0.2},
        discriminator={"features": 8, "alone": 5, "ramp": 5},
        target={"sharpen": 0.3},
    )
