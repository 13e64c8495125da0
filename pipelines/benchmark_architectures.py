"""`deepimage benchmark --architectures RECIPE`: trunks of about the same speed after the same short training.

measure the speed of each -> train each on the same pairs -> table
"""

import time
from collections.abc import Iterator
from pathlib import Path

import torch

from deepimage.models.generator import Generator
from deepimage.models.precision import choose_dtype
from deepimage.training.config import Net, load
from deepimage.training.loop import train
from deepimage.training.record import Record
from deepimage.training.state import build

CANDIDATES = {
    "residual 48 x 10": Net(arch="residual", features=48, blocks=10),
    "residual 64 x 5": Net(arch="residual", features=64, blocks=5),
    "plain 48 x 18, PReLU, re-parameterised": Net(arch="plain", features=48, blocks=18),
    "span 48 x 5": Net(arch="span", features=48, blocks=5),
    "U-net 48/96, 4 blocks at half size": Net(arch="unet", features=48, inner=96, blocks=4),
}
_TILE = 256  # lr pixels a side of what is kept of a tile; its halo comes on top
_ROUNDS = 7


def measure(recipe: Path, folder: Path, steps: int, threads: int = 1) -> Iterator[str]:
    """Lines, one for each candidate as soon as it is known. A killed comparison goes on where it stopped."""
    torch.set_num_threads(threads)
    config = load(recipe, [f"optimizer.steps={steps}", "start=null"])
    generators = {name: build(net) for name, net in CANDIDATES.items()}
    speeds = _speeds(generators)
    yield f"{'trunk':<42}{'parameters':>10}{'MP/s':>7}" + "".join(f"{exam:>12}" for exam in config.data.exams)
    for name, net in CANDIDATES.items():
        run = folder / name.partition(",")[0].replace(" ", "-").replace("/", "-")
        train(config.model_copy(update={"net": net}), run)
        last = Record(run, steps).rows[-1]
        parameters = sum(weight.numel() for weight in generators[name].parameters())
        gains = "".join(f"{last[f'{exam}_gain']:>+9.2f} dB" for exam in config.data.exams)
        yield f"{name:<42}{parameters // 1000:>8} k{speeds[name]:>7.2f}{gains}"


def _speeds(generators: dict[str, Generator]) -> dict[str, float]:
    """Output megapixels per second of the bare nets, the halo's work counted and not its pixels; in turns, because a
    machine is not equally fast all the time."""
    seconds: dict[str, list[float]] = {name: [] for name in generators}
    dtype = choose_dtype("auto", torch.device("cpu"), ("fp32", "bf16"))
    for generator in generators.values():
        generator.eval().to(dtype)
    for _ in range(_ROUNDS):
        for name, generator in generators.items():
            side = _TILE + 2 * generator.halo
            side += -side % generator.multiple_of
            lr = torch.rand(1, 3, side, side)
            started = time.perf_counter()
            with torch.inference_mode():
                generator(lr)
            seconds[name].append(time.perf_counter() - started)
    pixels = {name: (_TILE * generator.scale) ** 2 / 1e6 for name, generator in generators.items()}
    return {name: pixels[name] / sorted(taken)[_ROUNDS // 2] for name, taken in seconds.items()}
