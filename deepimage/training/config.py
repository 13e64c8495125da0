"""The training recipe: every setting of one act of training as a typed, frozen object."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from deepimage.config import Section, read, validate
from deepimage.models.catalog import find


class Net(Section):
    """The generator's shape."""

    arch: Literal["residual", "plain", "span", "unet"] = "unet"
    scale: int = Field(4, ge=1)
    features: int = Field(48, ge=1)
    """Channels of the trunk."""
    blocks: int = Field(4, ge=0)
    inner: int = Field(96, ge=0)
    """Channels of a U-shaped trunk at half size."""
    unshuffle: int = Field(1, ge=1)
    """The trunk works at 1/unshuffle of the lr size."""


class Data(Section):
    """Which photos, and how pairs are made of them."""

    train: str
    """Folder of hr photos to learn from."""
    val: str
    """Folder of hr photos to measure on; none of them may be in `train`."""
    degradation: str
    """YAML file of what happens to them."""
    profile: str | None = None
    """YAML file that `deepimage study` made of a customer's pictures; goes before `degradation`."""
    reduce: int = Field(1, ge=1)
    """Photos are made so many times smaller first: what their own JPEG did to them is gone, which a net of scale 1
    would learn to keep."""
    batch: int = Field(16, ge=1)
    patch: int = Field(48, ge=8)
    """Side of a training patch, lr pixels."""
    turns: int = Field(1, ge=1, le=8)
    """How often a batch is learned from, each time turned otherwise: to degrade it, and above all to have it painted by
    a teacher, may take as long as its way through the generator and back."""
    cache: str = "runs/photos"
    """Folder that keeps the decoded photos from one run to the next."""
    exams: tuple[str, ...] = ("instagram", "C2", "C3")
    """Fixed degradations that the run is measured on; `own` is what the recipe does to its photos."""
    val_side: int = Field(384, ge=64)
    """Photos are measured on their middle, at most this large; hr pixels."""
    val_photos: int = Field(24, ge=1)


class Target(Section):
    """What the generator is to paint, if not the hr photo itself."""

    sharpen: float = Field(0.0, ge=0, le=1)
    """Strength of the unsharp mask on hr and on paintings, for crisp results."""
    teacher: str | None = None
    """Distillation: the checkpoint whose results on our own inputs are learned beside the photos, in the photos'
    tones. Where it enlarges more than `net`, they are reduced again."""
    teacher_denoise: float = Field(1.0, ge=0, le=1)
    """Of a teacher with a twin that leaves noise: 1 = the teacher alone."""
    teacher_sees_clean: float = Field(0.0, ge=0, le=1)
    """What the teacher paints from: 0 = our dirty input, whose noise and blur it keeps; 1 = a clean one; between them,
    a mixture of both."""
    cleaner: str | None = None
    """Where the clean one comes from: what this checkpoint makes of our input, reduced again, so that our input tells
    all that is painted. None: hr, reduced without any damage, which asks the generator for what it cannot see."""
    calm: float = Field(0.0, ge=0, le=1)
    """The flatter the clean one is, the less of our input goes into that mixture: none where it does not deviate at all
    in 5x5 lr pixels, its whole share where it deviates by this, 0 to 1. What a teacher paints on noise is grain that
    cannot be learned. 0: alike everywhere."""
    teacher_share: float = Field(0.0, ge=0, le=1)
    """Share of pixel, gradient, frequency and perceptual loss that is against the teacher; the rest is against hr."""
    real: Literal["photo", "teacher"] = "photo"
    """What the discriminator is shown as real. The photo is out of a small net's reach: it answers with a mesh."""

    @model_validator(mode="after")
    def _cleaner_is_seen(self) -> Self:
        if self.cleaner and not (self.teacher and (self.teacher_sees_clean or self.calm)):
            raise ValueError("nobody looks at what cleaner makes; give teacher, and teacher_sees_clean or calm")
        return self


class Losses(Section):
    """Weights of the generator's losses; 0 leaves one out."""

    pixel: float = Field(1.0, ge=0)
    gradient: float = Field(0.0, ge=0)
    """L1 of the differences of neighbours: edges."""
    frequency: float = Field(0.0, ge=0)
    """L1 of the Fourier transform."""
    consistency: float = Field(0.0, ge=0)
    """L1 of sr against hr, both reduced to lr size."""
    perceptual: float = Field(0.0, ge=0)
    """LPIPS distance, or that of random features where no file is given; at another size in every step."""
    perceptual_weights: str | None = None
    """LPIPS weights, .safetensors."""
    artifacts: float = Field(0.0, ge=0)
    """LDL: L1 where local variance shows artifacts."""
    adversarial: float = Field(0.0, ge=0)
    """Share of the adversarial gradient in that of the other losses, as far as the discriminator knows sr from real."""
    features: float = Field(0.0, ge=0)
    """Share of the gradient of the discriminator's features (L1), whatever it tells."""
    window: int = Field(128, ge=32, multiple_of=8)
    """Side of the part of a patch that perceptual loss and discriminator see, hr pixels; it moves from step to step."""


class Discriminator(Section):
    """The critic of the GAN stage."""

    features: int = Field(32, ge=1)
    learning_rate: float = Field(2e-4, gt=0)
    """Of AdamW; Muon has `optimizer.trunk` times that here, too."""
    alone: int = Field(300, ge=0)
    """Steps that it learns before the generator hears of it."""
    ramp: int = Field(1000, ge=0)
    """Steps over which its voice rises to full."""


class Optimizer(Section):
    """Muon for the trunk, AdamW for the rest; a linear warm-up, a cosine decline, and an average of the weights."""

    steps: int = Field(ge=1)
    learning_rate: float = Field(8e-4, gt=0)
    """At its highest, after the warm-up."""
    trunk: float = Field(4.0, gt=0)
    """Rate of Muon, in rates of AdamW; 16 diverges."""
    final_learning_rate: float = Field(1e-6, gt=0)
    warmup: int = Field(300, ge=0)
    clip: float = Field(1.0, gt=0)
    """Largest norm of a gradient."""
    average: float = Field(0.999, ge=0, lt=1)
    """Decay of the moving average of the weights, which is what is measured and shipped."""


class Guard(Section):
    """When a run is stopped because it is collapsing."""

    consistency_drop: float = Field(3.0, gt=0)
    """dB that the reduced sr may lose against its first measurement."""
    winning: float = Field(0.98, gt=0.5, le=1)
    """Share of cells that the discriminator tells apart ..."""
    winning_steps: int = Field(3000, ge=1)
    """... for so many steps in a row."""


class Training(Section):
    """Everything `train` can be told."""

    name: str
    """Of the checkpoint that comes out."""
    trained_on: str = ""
    """The sources of the photos and their licences, for the checkpoint's facts."""
    licence: str = "Apache-2.0"
    """Of the weights."""
    start: str | None = None
    """Checkpoint to go on from: a shipped name or a file."""
    seed: int = 0
    bf16: bool = True
    """Mixed precision: bfloat16 convolutions, float32 weights; float32 alone on a machine not made for bfloat16."""
    net: Net = Net()
    """Left out where there is a `start`: as that one is."""
    data: Data
    target: Target = Target()
    losses: Losses = Losses()
    discriminator: Discriminator = Discriminator()
    optimizer: Optimizer
    guard: Guard = Guard()
    every: int = Field(1000, ge=1)
    """Steps from one measurement and saved state to the next."""
    workers: int = Field(0, ge=0)
    """Ray Train workers; 0 = this process alone, without Ray."""

    @property
    def is_gan(self) -> bool:
        return self.losses.adversarial > 0 or self.losses.features > 0

    def digest(self) -> str:
        """sha256 of the recipe."""
        return hashlib.sha256(self.model_dump_json(exclude={"workers"}).encode()).hexdigest()


def load(path: Path, overrides: Iterable[str] = (), shortcuts: Mapping[str, Any] | None = None) -> Training:
    """YAML file, then `dotted.key=value` overrides, then shortcut flags -> Training.

    Raises ConfigError, and CheckpointError where `start` is to give the net's shape and cannot be found.
    """
    config = read(Training, path, overrides, shortcuts)
    if config.start and "net" not in config.model_fields_set:
        return config.model_copy(update={"net": shape_of(config.start)})
    return config


def shape_of(name: str) -> Net:
    """The shape of a checkpoint's generator. Raises CheckpointError, and ConfigError where it cannot learn."""
    facts = asdict(find(name).facts)
    return validate(Net, {key: value for key, value in facts.items() if key in Net.model_fields})
