"""All that changes while a generator learns: a new one from a recipe, and as bytes on a disk."""

import copy
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from deepimage.errors import ConfigError
from deepimage.models import checkpoint
from deepimage.models.discriminator import Discriminator
from deepimage.models.generator import Generator
from deepimage.training.config import Net, Training
from deepimage.training.optimizers import Optimizers

FILE = "state.pt"
Values = dict[str, float]
"""What a step or a measurement tells, by name."""


@dataclass
class Critic:
    """The discriminator and its optimizers."""

    discriminator: Discriminator
    optimizers: Optimizers


@dataclass
class State:
    """All that changes while a generator learns."""

    generator: Generator
    average: Generator
    """Moving average of the generator: what is measured and shipped."""
    optimizers: Optimizers
    critic: Critic | None = None
    step: int = 0


def new(config: Training) -> State:
    """From the seed, or from the weights that the recipe starts with. Raises ConfigError, CheckpointError."""
    torch.manual_seed(config.seed)
    generator = build(config.net)
    if config.start:
        _adopt(generator, config.start)
    critic = _critic(config) if config.is_gan else None
    return State(generator, copy.deepcopy(generator), Optimizers.of(generator, generator.body.parameters()), critic)


def build(net: Net) -> Generator:
    """An untrained generator of that shape."""
    return Generator(net.arch, net.scale, net.features, net.blocks, net.inner, net.unshuffle)


def save(state: State, path: Path) -> None:
    """Whole or not at all: a run killed here resumes from the state before."""
    part = path.with_suffix(".part")
    torch.save({"step": state.step, **{name: item.state_dict() for name, item in _parts(state).items()}}, part)
    part.replace(path)


def restore(state: State, path: Path) -> None:
    """Put a saved state in the place of a new one. Raises ConfigError where it is of another net."""
    saved = torch.load(path, weights_only=True)
    try:
        for name, item in _parts(state).items():
            item.load_state_dict(saved[name])
    except (RuntimeError, ValueError, KeyError):
        raise ConfigError(f"{path}: the state of another net or stage; train into another folder") from None
    state.step = saved["step"]


def _adopt(generator: Generator, name: str) -> None:
    """Begin as the start does: its weights, or, in a larger net, its function (Net2Net, Chen et al. 2016).

    What is new feeds on what is old and is not yet heard. A net of another scale takes the trunk alone.
    """
    start = checkpoint.load(name).generator
    if not isinstance(start, Generator) or type(start.body) is not type(generator.body):
        raise ConfigError(f"start {name}: another architecture; give `net` the same one")
    whole = (start.scale, start.unshuffle) == (generator.scale, generator.unshuffle)
    old, new = (net.state_dict() if whole else net.body.state_dict() for net in (start, generator))
    if any(key not in new or any(o > n for o, n in zip(old[key].shape, new[key].shape, strict=True)) for key in old):
        raise ConfigError(f"start {name}: larger than the net that `net` describes")
    for key, weight in new.items():
        if key in old:
            _grow(old[key], weight)
        elif "conv2" in key:
            weight.zero_()  # a new residual block adds nothing at first


def _grow(old: Tensor, new: Tensor) -> None:
    """The old weights in the first channels; old outputs do not listen to new inputs."""
    outputs = old.shape[0]
    if old.dim() > 1:
        new[:outputs] = 0
    new[tuple(slice(length) for length in old.shape)] = old


def _critic(config: Training) -> Critic:
    discriminator = Discriminator(config.discriminator.features)
    discriminator.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing from torch's stubs
    inside = (weight for part in discriminator.trunk for weight in part.parameters())
    return Critic(discriminator, Optimizers.of(discriminator, inside))


def _parts(state: State) -> dict[str, torch.nn.Module | Optimizers]:
    parts: dict[str, torch.nn.Module | Optimizers] = {
        "generator": state.generator,
        "average": state.average,
        "optimizers": state.optimizers,
    }
    if state.critic:
        parts |= {"discriminator": state.critic.discriminator, "critic": state.critic.optimizers}
    return parts
