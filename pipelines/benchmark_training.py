"""`deepimage benchmark --training CONFIG`: how fast a training recipe learns here, and where its time goes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor

from deepimage.image.tensor import to_bchw
from deepimage.training import state as states
from deepimage.training.config import Training, load
from deepimage.training.data import Pairs, stream
from deepimage.training.goals import Judges
from deepimage.training.loop import judges_of
from deepimage.training.memory import keep_freed
from deepimage.training.perceptual import perceptual
from deepimage.training.state import State
from deepimage.training.step import update


@dataclass(frozen=True)
class Share:
    """Seconds a step of one part of the work, on one thread of its own."""

    name: str
    seconds: float


def measure(path: Path, steps: int = 8, threads: int = 1) -> list[str]:
    """Lines: the parts of a step, the whole step, and how long it waited for data."""
    torch.set_num_threads(threads)
    keep_freed()  # as training does
    config = load(path)
    state, pairs = states.new(config), Pairs(config.data, config.net.scale, config.seed)
    state.step = config.discriminator.alone  # the discriminator's words are heard
    judges = judges_of(config, torch.device("cpu"))
    lr, hr = (to_bchw(part) for part in pairs.batch(0))
    parts = [
        Share("data, one process", _time(lambda: pairs.batch(1), steps)),
        *_parts(state, lr, hr, config, judges, steps),
    ]
    step, waited = _whole(state, pairs, config, judges, steps)
    rate = config.data.batch * (config.data.patch * config.net.scale) ** 2 / 1e6 / step
    lines = [f"{part.name:<28}{part.seconds:7.3f} s  {part.seconds / step:5.0%} of a step" for part in parts]
    return [
        *lines,
        f"{'a step, all of it':<28}{step:7.3f} s  {rate:.2f} hr megapixels/s, {3600 / step:,.0f} steps an hour",
        f"{'  of that, waiting for data':<28}{waited:7.3f} s  {waited / step:5.0%}",
    ]


def _parts(state: State, lr: Tensor, hr: Tensor, config: Training, judges: Judges, steps: int) -> list[Share]:
    """Forward and backward of each network; a teacher only answers."""
    window = hr[..., : config.losses.window, : config.losses.window]
    networks: dict[str, Callable[[], object]] = {"generator": lambda: _through(state.generator, lr)}
    if critic := state.critic:
        networks["discriminator, once"] = lambda: _through(lambda x: critic.discriminator(x, window)[0], window)
    if distance := judges.distance:
        networks["perceptual"] = lambda: _through(lambda x: perceptual(distance, x)(window), window)
    if teacher := judges.teacher:
        networks["teacher"] = lambda: _asked(teacher, lr)
    return [Share(name, _time(act, steps)) for name, act in networks.items()]


@torch.no_grad()
def _asked(teacher: Callable[[Tensor], Tensor], lr: Tensor) -> None:
    with torch.autocast("cpu", torch.bfloat16):
        teacher(lr)


def _through(net: Callable[[Tensor], Tensor], image: Tensor) -> None:
    image = image.clone().requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        out = net(image)
    out.float().sum().backward()


def _whole(state: State, pairs: Pairs, config: Training, judges: Judges, steps: int) -> tuple[float, float]:
    """(seconds a step, seconds of it spent waiting for data)."""
    batches, waited = stream(pairs), 0.0
    next(batches)  # the loader's process has started
    started = time.perf_counter()
    for _ in range(steps):
        asked = time.perf_counter()
        lr, hr = (to_bchw(part) for part in next(batches))
        waited += time.perf_counter() - asked
        update(state, lr, hr, config, judges)
    return (time.perf_counter() - started) / steps, waited / steps


def _time(act: Callable[[], object], times: int) -> float:
    """Median seconds of `act` after one to warm up."""
    seconds = []
    for _ in range(times + 1):
        started = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - started)
    return sorted(islice(seconds, 1, None))[times // 2]
