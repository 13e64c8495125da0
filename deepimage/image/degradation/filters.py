"""Linear filters as transfer functions; adjacent ones cost a single Fourier transform.

At 192 x 192 the two transforms cost as much as one 5 x 5 convolution, and any kernel is exact and free.
Frequencies are in cycles per lr pixel, so a filter's lengths are lr pixels whatever the picture's size.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import astuple, dataclass

import torch
from torch import Tensor

from deepimage.image.degradation.canvas import Canvas, Operation


class Filter(ABC):
    """A kernel with its centre of mass at the origin and a sum of one, known by its transfer function."""

    @property
    @abstractmethod
    def reach(self) -> float:
        """Half the kernel's extent, lr pixels."""

    @staticmethod
    @abstractmethod
    def transfer(u: Tensor, v: Tensor, *parameters: Tensor) -> Tensor:
        """u (n,1,1,W), v (n,1,H,1) cycles per lr pixel; the filter's fields in order, each (n,1,1,1) -> (n,1|3,H,W)."""


@dataclass(frozen=True)
class Filters(Operation):
    """Several filters, no two of a kind, in one pass."""

    filters: tuple[Filter, ...]

    def group(self, unit: float) -> Hashable:
        return self.margin(unit)

    def margin(self, unit: float) -> int:
        """What keeps opposite edges apart, in steps so that many pictures share it."""
        return 4 * math.ceil((unit * sum(f.reach for f in self.filters) + 2) / 4)

    @classmethod
    def apply(cls, canvas: Canvas, operations: Sequence["Filters"]) -> Canvas:
        margin = max(op.margin(unit) for op, unit in zip(operations, canvas.units, strict=True))
        height, width = (_fast(side + 2 * margin) for side in canvas.pixels.shape[2:])
        padded = canvas.extended(margin, (height, width))
        units = canvas.column(canvas.units)
        v = torch.fft.fftfreq(height, device=padded.device).view(1, 1, -1, 1) * units
        u = torch.fft.rfftfreq(width, device=padded.device).view(1, 1, 1, -1) * units
        spectrum = torch.fft.rfft2(padded) * response(operations, u, v)
        filtered = torch.fft.irfft2(spectrum, s=(height, width))[:, :, margin:, margin:]
        return canvas.painted(filtered[:, :, : canvas.pixels.shape[2], : canvas.pixels.shape[3]].clamp(0, 1))


def _fast(length: int) -> int:
    """The next length whose transform is fast: 2 ** a * 3 ** b * 5 ** c; others take up to five times as long."""
    rest = length
    for prime in (2, 3, 5):
        while rest % prime == 0:
            rest //= prime
    return length if rest == 1 and length % 4 == 0 else _fast(length + 1)


def response(operations: Sequence[Filters], u: Tensor, v: Tensor) -> Tensor:
    """Product of the transfer functions of each operation, (B,1|3,H,W)."""
    total = torch.ones(1, 1, 1, 1, device=u.device)
    for kind in dict.fromkeys(type(f) for op in operations for f in op.filters):
        found = [(row, f) for row, op in enumerate(operations) for f in op.filters if type(f) is kind]
        rows = torch.tensor([row for row, _ in found], device=u.device)
        fields = torch.tensor([astuple(f) for _, f in found], device=u.device)  # type: ignore[call-overload]
        part = kind.transfer(u[rows], v[rows], *fields.view(len(found), -1, 1, 1, 1).unbind(1))
        if len(found) < len(operations):
            every = part.new_ones(len(operations), *part.shape[1:])
            every[rows] = part
            part = every
        total = total * part
    return total


def merged(operations: Iterable[Operation | Filter]) -> tuple[Operation, ...]:
    """Runs of filters become Filters; a run ends where a kind would come twice."""
    result: list[Operation] = []
    run: list[Filter] = []
    for op in (*operations, None):
        if run and (not isinstance(op, Filter) or type(op) in map(type, run)):
            result.append(Filters(tuple(run)))
            run = []
        if isinstance(op, Filter):
            run.append(op)
        elif op is not None:
            result.append(op)
    return tuple(result)
