from collections import Counter
from collections.abc import Iterator
from itertools import count, islice

import pytest
import torch
from torch import Tensor, nn

from deepimage.training.config import Target
from deepimage.training.data import Batch, turned
from deepimage.training.lessons import SPAN, Lesson, batches_until, first_batch, lessons
from deepimage.training.painting import Painter


def batches(first: int = 0) -> Iterator[Batch]:
    """Each full of its number (from 251 on again of 0), but for a corner that tells how it is turned."""
    for number in count(first):
        lr, hr = (torch.full((1, side, side, 3), number % 251, dtype=torch.uint8) for side in (2, 4))
        lr[:, 0, 0, 0] = hr[:, 0, 1, 0] = 255
        yield lr, hr


class Twice(nn.Module):
    calls = 0

    def forward(self, lr: Tensor) -> Tensor:
        self.calls += 1
        return lr.repeat_interleave(2, 2).repeat_interleave(2, 3)


def number(lesson: Lesson) -> int:
    return round(lesson.lr[0, 2, 0, 0].item() * 255)


def test_with_one_turn_every_step_has_a_batch_of_its_own() -> None:
    taught = list(islice(lessons(batches(), 0, 1, None), 70))
    assert [number(lesson) for lesson in taught] == list(range(70))
    assert taught[3].painted is None
    assert taught[3].lr.dtype == torch.float32
    assert taught[3].lr[0, 0, 0, 0] == 1


def test_every_batch_has_its_turns_and_is_painted_once() -> None:
    teacher = Twice()
    painter = Painter(Target(teacher="x"), teacher)
    taught = list(islice(lessons(batches(), 0, 3, painter), 6 * SPAN))
    assert Counter(number(lesson) for lesson in taught) == dict.fromkeys(range(2 * SPAN), 3)
    assert [number(lesson) for lesson in taught[: 2 * SPAN]] == 2 * list(range(SPAN))
    assert teacher.calls == 2 * SPAN
    looks = [taught[turn * SPAN + 5] for turn in range(3)]
    for part in range(3):
        first = looks[0][part].permute(0, 2, 3, 1)
        for turn in range(3):
            assert torch.equal(looks[turn][part].permute(0, 2, 3, 1), turned(first, turn))
    assert not torch.equal(looks[0].hr, looks[1].hr)


@pytest.mark.parametrize("turns", [1, 2, 5])
@pytest.mark.parametrize("step", [0, 1, SPAN - 1, SPAN, SPAN + 7, 2 * SPAN, 5 * SPAN + 1])
def test_a_run_that_resumes_goes_on_as_if_from_the_start(turns: int, step: int) -> None:
    whole = islice(lessons(batches(), 0, turns, None), step, step + 2 * SPAN)
    late = lessons(batches(first_batch(step, turns)), step, turns, None)
    assert all(torch.equal(a.hr, b.hr) for a, b in zip(whole, late, strict=False))


def test_so_many_batches_are_enough_and_no_span_is_too_much() -> None:
    assert [batches_until(step, 1) for step in (0, 1, 100)] == [0, 1, 100]
    assert [batches_until(step, 3) for step in (0, 1, 3 * SPAN, 3 * SPAN + 1)] == [0, SPAN, SPAN, 2 * SPAN]
