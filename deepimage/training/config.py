"""The training recipe: every setting of one act of training as a typed, frozen object."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import Field

from deepimage.config import Section, read
from deepimage.image.degradation.chains import MIXTURE, SEVERITIES, Severity

Weight = Annotated[float, Field(ge=0)]


class Net(Section):
    """The generator's shape."""

    scale: int = Field(4, ge=1)
    features: int = Field(48, ge=1)
    blocks: int = Field(8, ge=0)


class Data(Section):
    """Which photos, and how pairs are made of them."""

    train: str
    """Folder of hr photos to learn from."""
    val: str
    """Folder of hr photos to measure on; none of them may be in `train`."""
    mixture: dict[Severity, Weight] = Field(default_factory=lambda: dict(MIXTURE))
    """Weight of each severity of degradation."""
    batch: int = Field(8, ge=1)
    patch: int = Field(48, ge=8)
    """Side of a training patch, lr pixels."""
    cut: int = Field(2, ge=1)
    """A crop is degraded once and cut into `cut` x `cut` patches."""
    pool: int = Field(128, ge=1)
    """Crops that are shuffled together."""
    reuse: int = Field(2, ge=1)
    """How often a patch is seen, each time turned another way."""
    val_side: int = Field(512, ge=64)
    """Photos are measured on their middle, at most this large; hr pixels."""

    def model_post_init(self, context: object) -> None:
        if not any(self.mixture.values()):
            raise ValueError(f"mixture: give one of {', '.join(SEVERITIES)} a weight above 0")


class Optimizer(Section):
    """AdamW with a linear warm-up and a cosine decline, and an average of the weights."""

    steps: int = Field(ge=1)
    learning_rate: float = Field(8e-4, gt=0)
    """At its highest, after the warm-up."""
    final_learning_rate: float = Field(1e-6, gt=0)
    warmup: int = Field(300, ge=0)
    clip: float = Field(1.0, gt=0)
    """Largest norm of a gradient."""
    average: float = Field(0.999, ge=0, lt=1)
    """Decay of the moving average of the weights, which is what is measured and shipped."""


class Training(Section):
    """Everything `train` can be told."""

    name: str
    """Of the checkpoint that comes out."""
    trained_on: str = ""
    """The sources of the photos and their licences, for the checkpoint's facts."""
    seed: int = 0
    bf16: bool = True
    """Mixed precision: bfloat16 convolutions, float32 weights."""
    net: Net = Net()
    data: Data
    optimizer: Optimizer
    every: int = Field(1000, ge=1)
    """Steps from one measurement and saved state to the next."""

    def digest(self) -> str:
        """sha256 of the recipe."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


def load(path: Path, overrides: Iterable[str] = ()) -> Training:
    """YAML file, then `dotted.key=value` overrides -> Training. Raises ConfigError."""
    return read(Training, path, overrides)
