"""What each step learns from. A batch may be learned from several times, each time turned otherwise.

To degrade and to paint a batch may take as long as its way through the generator and back. Between two looks at one lie
those at the others of its span, so that no step sees what the steps before it have just seen.
"""

from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from torch import Tensor

from deepimage.image.tensor import to_bchw, to_hwc
from deepimage.training.data import Batch, turned
from deepimage.training.painting import Painter

SPAN = 64  # batches kept at a time


class Lesson(NamedTuple):
    """BCHW float32 in [0, 1]."""

    lr: Tensor
    hr: Tensor
    painted: Tensor | None = None


def first_batch(step: int, turns: int) -> int:
    """The number of the batch that the span of a step begins with."""
    span = _span(turns)
    return step // (span * turns) * span


def batches_until(step: int, turns: int) -> int:
    """How many batches all steps before that one learn from."""
    return first_batch(step + _span(turns) * turns - 1, turns)


def lessons(
    batches: Iterator[Batch], step: int, turns: int, painter: Painter | None, span: int | None = None
) -> Iterator[Lesson]:
    """Those of `step` and all after it; `batches` begin with `first_batch(step, turns)`."""
    span, kept = span or _span(turns), list[list[Tensor]]()
    for now in count(step):
        turn, place = divmod(now % (span * turns), span)
        if turn == place == 0:
            kept = []
        while len(kept) <= place:  # more than one where a run resumes within a span
            kept.append(_painted(next(batches), painter))
        yield Lesson(*(to_bchw(turned(part, turn)) for part in kept[place]))


def _span(turns: int) -> int:
    return SPAN if turns > 1 else 1


def _painted(batch: Batch, painter: Painter | None) -> list[Tensor]:
    """The parts of a lesson as bytes, BHWC."""
    if not painter:
        return list(batch)
    return [*batch, to_hwc(painter.paint(*(to_bchw(part) for part in batch)))]
