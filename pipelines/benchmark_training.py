"""`deepimage benchmark --training CONFIG`: how fast a training recipe learns here, and where its time goes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor

from deepimage.training import state as states
from deepimage.training.config import Training, load
from deepimage.training.data import Pairs, stream
from deepimage.training.lessons import Lesson, lessons
from deepimage.training.loop import distance_of
from deepimage.training.memory import keep_freed
from deepimage.training.pace import Waiting
from deepimage.training.painting import Painter, painter_of
from deepimage.training.perceptual import Distance, perceptual
from deepimage.training.state import State
from deepimage.training.step import update

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Share:
    """Seconds a step of one part of the work, on one thread of its own."""

    name: str
    seconds: float


def measure(path: Path, steps: int = 8, threads: int = 1) -> list[str]:
    """Lines: the parts of a step, the whole step, and how long it waited for data."""
    torch.set_num_threads(threads)
    keep_freed()  # as training does
    config = load(path).model_copy(update={"start": None})  # weights that have not been trained yet take as long
    state, pairs = states.new(config), Pairs(config.data, config.net.scale, config.seed)
    state.step = config.discriminator.alone  # the discriminator's words are heard
    distance, painter = distance_of(config, CPU), painter_of(config, CPU)
    parts = [
        Share("data, one process", _time(lambda: pairs.batch(1), steps) / config.data.turns),
        *_parts(state, next(lessons(iter([pairs.batch(0)]), 0, 1, None)), config, distance, painter, steps),
    ]
    step, waited = _whole(state, pairs, config, distance, painter, steps)
    rate = config.data.batch * (config.data.patch * config.net.scale) ** 2 / 1e6 / step
    lines = [f"{part.name:<28}{part.seconds:7.3f} s  {part.seconds / step:5.0%} of a step" for part in parts]
    return [
        *lines,
        f"{'a step, all of it':<28}{step:7.3f} s  {rate:.2f} hr megapixels/s, {3600 / step:,.0f} steps an hour",
        f"{'  of that, waiting for data':<28}{waited:7.3f} s  {waited / step:5.0%}",
    ]


def _parts(
    state: State, lesson: Lesson, config: Training, distance: Distance | None, painter: Painter | None, steps: int
) -> list[Share]:
    """Forward and backward of each network; one that paints only answers, once for all turns of a batch."""
    window = lesson.hr[..., : config.losses.window, : config.losses.window]
    networks: dict[str, Callable[[], object]] = {"generator": lambda: _through(state.generator, lesson.lr)}
    if critic := state.critic:
        networks["discriminator, once"] = lambda: _through(lambda x: critic.discriminator(x, window)[0], window)
    if distance:
        networks["perceptual"] = lambda: _through(lambda x: perceptual(distance, x)(window), window)
    shares = [Share(name, _time(act, steps)) for name, act in networks.items()]
    if painter:
        seconds = _time(lambda: painter.paint(lesson.lr, lesson.hr), steps) / config.data.turns
        shares.append(Share("painting", seconds))
    return shares


def _through(net: Callable[[Tensor], Tensor], image: Tensor) -> None:
    image = image.clone().requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        out = net(image)
    out.float().sum().backward()


def _whole(
    state: State, pairs: Pairs, config: Training, distance: Distance | None, painter: Painter | None, steps: int
) -> tuple[float, float]:
    """(seconds a step, seconds of it spent waiting for data), over whole spans of `turns` looks at a batch."""
    turns = config.data.turns
    waiting = Waiting(stream(pairs), CPU)
    next(waiting)  # the loader's process has started
    taught = lessons(waiting, 0, turns, painter, span=steps)
    before, started = waiting.seconds, time.perf_counter()
    for _ in range(steps * turns):
        update(state, next(taught), config, distance)
    return (time.perf_counter() - started) / (steps * turns), (waiting.seconds - before) / (steps * turns)


def _time(act: Callable[[], object], times: int) -> float:
    """Median seconds of `act` after one to warm up."""
    seconds = []
    for _ in range(times + 1):
        started = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - started)
    return sorted(islice(seconds, 1, None))[times // 2]
