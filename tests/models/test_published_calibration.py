"""Measured halos: enough for tiles to equal the whole, no larger than what the net sees."""

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepimage.config import Tiling
from deepimage.models import checkpoint
from deepimage.models.checkpoint import Checkpoint
from deepimage.models.facts import Facts
from deepimage.models.published.calibration import measured
from deepimage.models.restorer import Restorer

from .published_nets import rrdb, save, srvgg

FACTS = Facts("", 1, halo=0, dtype_ok=("fp32", "bf16", "fp16"))


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)


def difference(a: np.ndarray, b: np.ndarray) -> int:
    return int(np.abs(a.astype(int) - b.astype(int)).max())


class Net(nn.Module):
    """The mean of nine pixels, `radius` apart, with a weight to be cast.

    Kernels of 41 x 41 with no gaps between would keep oneDNN, which unrolls them, busy for minutes in fp16.
    """

    def __init__(self, radius: int) -> None:
        super().__init__()
        self.kernel = nn.Parameter(torch.full((3, 1, 3, 3), 1 / 9))
        self.radius = radius

    def forward(self, lr: Tensor) -> Tensor:
        lr = lr.to(self.kernel.dtype)
        return F.conv2d(lr, self.kernel, padding=self.radius, dilation=self.radius, groups=3).float()


class OnGrid(Net):
    """Sees the mean of the cell of 8 x 8 that a pixel lies in, beside its neighbours."""

    def forward(self, lr: Tensor) -> Tensor:
        below, right = -lr.shape[2] % 8, -lr.shape[3] % 8
        cells = F.avg_pool2d(F.pad(lr, (0, right, 0, below), mode="replicate"), 8)
        spread = cells.repeat_interleave(8, 2).repeat_interleave(8, 3)[:, :, : lr.shape[2], : lr.shape[3]]
        return (super().forward(lr) + spread) / 2


class Everywhere(Net):
    """Sees the mean of the whole picture."""

    def forward(self, lr: Tensor) -> Tensor:
        return (super().forward(lr) + lr.mean((2, 3), keepdim=True)) / 2


@pytest.mark.parametrize("radius", [1, 5, 20])
def test_the_halo_covers_what_is_seen_and_little_more(radius: int) -> None:
    facts = measured(Net(radius), FACTS)
    assert radius <= facts.halo <= 1.25 * radius + 4
    assert facts.exact_tiling
    assert facts.multiple_of == 1


def test_never_more_than_the_receptive_radius() -> None:
    assert measured(Net(5), replace(FACTS, halo=5)).halo == 5


def test_the_grid_of_a_net_that_cuts_up_its_picture_is_found() -> None:
    facts = measured(OnGrid(2), FACTS)
    assert (facts.multiple_of, facts.exact_tiling) == (8, True)
    lr = noise(150, 203)
    found = Checkpoint("", OnGrid(2), facts, "")
    whole = Restorer(found, tiling=Tiling(tile=4096)).restore(lr)
    assert difference(Restorer(found, tiling=Tiling(tile=64)).restore(lr), whole) <= 1


def test_a_net_that_sees_all_at_once_is_said_to() -> None:
    facts = measured(Everywhere(1), FACTS)
    assert not facts.exact_tiling
    assert facts.multiple_of == 1


class Brittle(Net):
    """Its sums need more than the seven or ten bits of half precisions, or their range."""

    def __init__(self, offset: float) -> None:
        super().__init__(1)
        self.offset = offset

    def forward(self, lr: Tensor) -> Tensor:
        return (super().forward(lr).to(self.kernel.dtype) + self.offset - self.offset).float()


@pytest.mark.parametrize(
    ("offset", "right"), [(0.0, ("fp32", "bf16", "fp16")), (8.0, ("fp32", "fp16")), (1e5, ("fp32",))]
)
def test_only_precisions_that_give_the_result_are_allowed(offset: float, right: tuple[str, ...]) -> None:
    assert measured(Brittle(offset), FACTS).dtype_ok == right


@pytest.mark.parametrize("unshuffle", [1, 2])
def test_tiles_of_a_calibrated_rrdb_equal_the_whole(unshuffle: int) -> None:
    net = rrdb(2 // unshuffle, unshuffle, blocks=4, features=4)
    known = replace(FACTS, arch="rrdb", scale=net.scale, halo=net.halo, multiple_of=unshuffle)
    found = Checkpoint("", net, measured(net, known), "")
    assert found.facts.halo < net.halo / 2
    lr = noise(131, 174)
    whole = Restorer(found, precision="fp32", tiling=Tiling(tile=4096)).restore(lr)
    tiled = Restorer(found, precision="fp32", tiling=Tiling(tile=80)).restore(lr)
    assert whole.std() > 20
    assert difference(tiled, whole) <= 1


class Small(nn.Module):
    """A generator on a device that holds only so many pixels."""

    def __init__(self, inner: nn.Module, pixels: int) -> None:
        super().__init__()
        self.inner, self.pixels = inner, pixels

    def forward(self, lr: Tensor) -> Tensor:
        if lr[:, 0].numel() > self.pixels:
            raise torch.OutOfMemoryError("out of memory")
        return self.inner(lr)  # type: ignore[no-any-return]


def test_smaller_tiles_for_want_of_memory_stay_on_the_grid() -> None:
    net = rrdb(1, 4, blocks=1, features=4)
    facts = measured(net, replace(FACTS, arch="rrdb", halo=net.halo, multiple_of=4, dtype_ok=("fp32",)))
    lr = noise(150, 203)
    whole = Restorer(Checkpoint("", net, facts, ""), tiling=Tiling(tile=4096)).restore(lr)
    tight = Restorer(Checkpoint("", Small(net, 150 * 150), facts, ""), tiling=Tiling(tile=4096)).restore(lr)
    assert facts.halo > 10
    assert difference(tight, whole) <= 1


def test_a_deep_rrdb_is_measured_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(rrdb(1, blocks=5, features=4), tmp_path / "deep.safetensors")
    first = checkpoint.load(path)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "are measured, once" in caplog.text
    assert first.facts.halo < 79
    kept = tmp_path / "deep.safetensors.deepimage.json"
    assert first.sha256 in kept.read_text()

    caplog.clear()
    assert checkpoint.load(path).facts == first.facts
    assert not caplog.records

    kept.write_text(kept.read_text().replace(first.sha256, "0" * 64))  # as if the file had been replaced
    assert checkpoint.load(path).facts == first.facts
    assert caplog.records


def test_a_shallow_net_needs_no_measuring(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert checkpoint.load(save(srvgg(), tmp_path / "a.safetensors")).facts.halo == 4
    assert not caplog.records
