"""Pictures in turns: the Restorer's own bytes, small ones first, none in another's way."""

from collections.abc import Iterator
from concurrent.futures import wait
from threading import Event

import numpy as np
import pytest
import torch
from torch import nn

from deepimage.config import Tiling
from deepimage.errors import OutOfMemory
from deepimage.models.checkpoint import Checkpoint
from deepimage.models.facts import Facts
from deepimage.models.restorer import Restorer
from deepimage.serving.work.turns import Turns


class Blocks(nn.Module):
    """Enlarges four times without a filter; waits for `gate`, breaks on a picture that begins with 13."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.reached = Event(), Event()
        self.gate.set()
        self.calls = 0

    def forward(self, lr: torch.Tensor) -> torch.Tensor:
        self.reached.set()
        self.gate.wait(20)
        self.calls += 1
        if round(float(lr[0, 0, 0, 0]) * 255) == 13:
            raise RuntimeError("thirteen")
        if round(float(lr[0, 0, 0, 0]) * 255) == 14:
            raise torch.OutOfMemoryError("fourteen")
        return lr.repeat_interleave(4, 2).repeat_interleave(4, 3)


@pytest.fixture
def blocks() -> Blocks:
    return Blocks()


@pytest.fixture
def restorer(blocks: Blocks) -> Restorer:
    return Restorer(Checkpoint("blocks", blocks, Facts("x", 4, 4, ("fp32",)), ""), "cpu", tiling=Tiling(tile=64))


@pytest.fixture
def turns() -> Iterator[Turns]:
    turns = Turns(1)
    yield turns
    turns.close()


def plain(value: int, height: int = 32, width: int = 32) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


def test_the_bytes_of_the_restorer(restorer: Restorer) -> None:
    turns = Turns(3)
    lrs = [np.random.default_rng(i).integers(15, 255, (30 + 40 * i, 90, 3), dtype=np.uint8) for i in range(6)]
    futures = [turns.restore(restorer, lr) for lr in lrs]
    for future, lr in zip(futures, lrs, strict=True):
        np.testing.assert_array_equal(future.result(20), restorer.restore(lr))
    turns.close()


def test_a_small_picture_overtakes_a_large_one(restorer: Restorer, blocks: Blocks, turns: Turns) -> None:
    blocks.gate.clear()
    large = turns.restore(restorer, plain(20, 600, 600))
    assert blocks.reached.wait(20)
    small = turns.restore(restorer, plain(30))
    blocks.gate.set()
    wait([small], 20)
    assert not large.done()
    assert large.result(20).shape == (2400, 2400, 3)


def test_a_cancelled_picture_leaves_its_tiles_undone(restorer: Restorer, blocks: Blocks, turns: Turns) -> None:
    blocks.gate.clear()
    large = turns.restore(restorer, plain(20, 600, 600))
    assert blocks.reached.wait(20)
    assert large.cancel()
    blocks.gate.set()
    turns.restore(restorer, plain(30)).result(20)
    assert blocks.calls <= 2
    assert turns.waiting == 0


def test_one_picture_s_fault_is_its_own(restorer: Restorer, turns: Turns) -> None:
    futures = [turns.restore(restorer, plain(value)) for value in (13, 14, 15)]
    with pytest.raises(RuntimeError):
        futures[0].result(20)
    with pytest.raises(OutOfMemory):
        futures[1].result(20)
    assert (futures[2].result(20) == 15).all()


def test_progress_ends_with_the_last_tile(restorer: Restorer, turns: Turns) -> None:
    told: list[tuple[int, int]] = []
    turns.restore(restorer, plain(20, 150, 32), lambda done, total: told.append((done, total))).result(20)
    total = told[0][1]
    assert total > 1
    assert told == [(done, total) for done in range(1, total + 1)]


def test_pictures_of_one_size_share_a_batch(blocks: Blocks) -> None:
    fills: list[float] = []
    turns = Turns(1, fills.append)
    restorer = Restorer(Checkpoint("blocks", blocks, Facts("x", 4, 4, ("fp32",)), ""), "cpu")
    restorer.batch = 4
    blocks.gate.clear()
    turns.restore(restorer, plain(20, 99, 32))
    assert blocks.reached.wait(20)
    futures = [turns.restore(restorer, plain(30 + i)) for i in range(4)]
    blocks.gate.set()
    for i, future in enumerate(futures):
        assert (future.result(20) == 30 + i).all()
    assert 1.0 in fills
    turns.close()
