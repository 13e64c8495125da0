"""A batch of hr patches to their lr patches, each damaged in its own way."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from torch import Tensor

from deepimage.image.degradation.canvas import Canvas, Operation, Size, unit
from deepimage.image.degradation.draw import draw
from deepimage.image.degradation.filters import merged
from deepimage.image.degradation.recipe import Degradation
from deepimage.image.degradation.resize import Resize

Plan = Sequence[Operation]
_ROWS = 16  # of a fixed canvas


class Degrader:
    """Degrades hr to lr = hr / scale by a recipe; stateless, so it may be shared and pickled."""

    def __init__(self, degradation: Degradation, scale: int) -> None:
        self.degradation = degradation
        self.scale = scale

    def __call__(self, hr: Tensor, seeds: Sequence[int]) -> Tensor:
        """hr (B,3,H,W) float32 RGB in [0, 1] -> lr (B,3,H/scale,W/scale) float32, whole 8-bit steps (k / 255).

        One seed, not negative, for each sample. The same sample and seed give the same lr whatever else is in the
        batch, bit for bit on one kind of device. H and W are multiples of scale; otherwise ValueError.
        """
        height, width = hr.shape[2:]
        if height % self.scale or width % self.scale or len(seeds) != len(hr):
            raise ValueError(
                f"hr {tuple(hr.shape)}: expected sides that {self.scale} divides, and as many seeds, got {len(seeds)}"
            )
        size = height // self.scale, width // self.scale
        plans = [self._plan(seed) for seed in seeds]
        run = one_by_one if hr.device.type == "cpu" else together
        with torch.inference_mode(), torch.autocast(hr.device.type, enabled=False):
            lr = run(hr, plans, size)
        return (lr * 255).round_() / 255

    def describe(self, seed: int) -> list[dict[str, Any]]:
        """What a seed draws: first {"branch": name}, then each step's name and numbers, in order."""
        branch, drawn = draw(self.degradation, self.scale, np.random.default_rng(seed))
        return [{"branch": branch}, *({"step": type(op).__name__.lower()} | asdict(op) for op in drawn)]  # type: ignore[call-overload]

    def _plan(self, seed: int) -> Plan:
        _, drawn = draw(self.degradation, self.scale, np.random.default_rng(seed))
        return merged([*drawn, Resize(1, "bicubic")])


def one_by_one(hr: Tensor, plans: Sequence[Plan], lr: Size) -> Tensor:
    """Each picture by itself at its own size, the cheapest on a CPU: (B,3,*lr)."""
    results = []
    for picture, plan in zip(hr, plans, strict=True):
        canvas = Canvas(picture[None], [(hr.shape[2], hr.shape[3])], lr)
        for op in plan:
            canvas = type(op).apply(canvas, [op])
        results.append(canvas.pixels[0])
    return torch.stack(results)


def together(hr: Tensor, plans: Sequence[Plan], lr: Size) -> Tensor:
    """Pictures whose next operations are alike go through them together, on canvases of a fixed shape: (B,3,*lr).

    Kernels are chosen by shape, so a fixed shape is what makes a sample's bits independent of its batch.
    """
    pixels, sizes = hr.clone(), [(hr.shape[2], hr.shape[3])] * len(hr)
    done = [0] * len(plans)
    while rows := _alike(plans, done, [unit(size, lr) for size in sizes])[:_ROWS]:
        filled = rows + rows[-1:] * (_ROWS - len(rows))
        operations = [plans[row][done[row]] for row in filled]
        canvas = Canvas(pixels[filled], [sizes[row] for row in filled], lr, fixed=True)
        canvas = type(operations[0]).apply(canvas, operations)
        pixels[rows] = canvas.pixels[: len(rows)]
        for row, size in zip(rows, canvas.sizes, strict=False):
            sizes[row] = size
            done[row] += 1
    return pixels[:, :, : lr[0], : lr[1]]


def _alike(plans: Sequence[Plan], done: Sequence[int], units: Sequence[float]) -> list[int]:
    """The rows of the largest group whose next operations can be applied together; none when all is done."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for row, (plan, place) in enumerate(zip(plans, done, strict=True)):
        if place < len(plan):
            groups[type(plan[place]), plan[place].group(units[row])].append(row)
    return max(groups.values(), key=len, default=[])
