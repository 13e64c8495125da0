"""The degrader: same seed same lr whatever the batch, lr over hr, steps as the recipe says."""

import pickle
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from pictures import displacement, picture, shapes
from torch import Tensor

from deepimage.image.degradation import degrader as module
from deepimage.image.degradation.degrader import Degrader, one_by_one, together
from deepimage.image.degradation.jpeg import Jpeg, batched
from deepimage.image.degradation.recipe import Degradation, load

GENERIC = load(Path(__file__).parents[3] / "configs/degradation/generic.yaml")


def recipe(*steps: dict[str, object]) -> Degradation:
    return Degradation(branches={"only": {"steps": steps}})


@pytest.fixture(scope="module")
def hr() -> Tensor:
    from skimage import data

    corners = [(20, 180), (100, 60), (250, 200), (60, 300), (300, 40), (10, 10)]
    return torch.cat([picture(data.astronaut()[y : y + 96, x : x + 128]) for y, x in corners])


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_lr_has_its_size_and_lies_on_the_8_bit_grid(hr: Tensor, scale: int) -> None:
    before = hr.clone()
    lr = Degrader(GENERIC, scale)(hr, range(6))
    assert lr.shape == (6, 3, 96 // scale, 128 // scale)
    assert lr.dtype == torch.float32
    assert torch.equal((lr * 255).round() / 255, lr)
    assert lr.min() >= 0
    assert lr.max() <= 1
    assert torch.equal(hr, before)
    assert not lr.is_inference()


@pytest.mark.parametrize("run", [one_by_one, together])
def test_a_sample_does_not_know_its_batch(hr: Tensor, run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(module, "one_by_one", run)
    degrader, seeds, hr = Degrader(GENERIC, 4), [3, 1, 4, 15, 9, 26], hr[..., :64, :48]
    whole = degrader(hr, seeds)
    order = [4, 0, 2]
    assert torch.equal(degrader(hr[order], [seeds[i] for i in order]), whole[order])
    assert torch.equal(degrader(hr[5:], seeds[5:]), whole[5:])


def test_other_seeds_give_other_lr(hr: Tensor) -> None:
    lr = Degrader(GENERIC, 4)(hr[:1].expand(8, -1, -1, -1), range(8))
    assert len({one.numpy().tobytes() for one in lr}) >= 7


def test_a_pickled_degrader_is_the_same(hr: Tensor) -> None:
    degrader = Degrader(GENERIC, 4)
    assert torch.equal(pickle.loads(pickle.dumps(degrader))(hr[:2], [5, 6]), degrader(hr[:2], [5, 6]))


def test_fixed_canvases_and_batched_jpeg_give_the_same(hr: Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way of a GPU, gone on a CPU: what differs is rounding at ties, and what a codec makes of it (WebP: a lot)."""
    degrader, many = Degrader(GENERIC, 4), hr.repeat(2, 1, 1, 1)[..., :96]
    alone = degrader(many, range(12))
    monkeypatch.setattr(module, "one_by_one", together)
    same_files = degrader(many, range(12))
    monkeypatch.setattr(Jpeg, "apply", classmethod(lambda kind, canvas, operations: batched(canvas, operations)))
    own_files = degrader(many, range(12))
    for other, median in ((same_files, 0.02), (own_files, 0.7)):
        differences = (other - alone).abs().mean((1, 2, 3)) * 255
        assert differences.median() < median
        assert differences.quantile(0.8) < 1.5
        assert differences.max() < 4


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("scale", [2, 4])
def test_lr_lies_over_hr(seed: int, scale: int) -> None:
    hr = picture(shapes(48 * scale))
    plain = recipe({"step": "resize", "size": 1, "kernel": "bicubic"})
    reference, lr = (Degrader(r, scale)(hr, [seed])[0, 1].double().numpy() for r in (plain, GENERIC))
    assert np.abs(displacement(lr, reference)).max() < 0.25


def test_steps_come_as_often_as_they_should() -> None:
    drawn = [Degrader(GENERIC, 4).describe(seed) for seed in range(1000)]
    branches = Counter(steps[0]["branch"] for steps in drawn)
    for name, branch in GENERIC.branches.items():
        assert branches[name] / 1000 == pytest.approx(branch.weight, abs=0.035)
    standard = [steps for steps in drawn if steps[0]["branch"] == "standard"]
    for name in ("defocus", "noise", "blotches"):
        wanted = next(step.probability for step in GENERIC.branches["standard"].steps if step.step == name)
        found = np.mean([any(s.get("step") == name for s in steps) for steps in standard])
        assert found == pytest.approx(wanted, abs=0.06)


def test_a_platform_is_hops_from_large_to_small() -> None:
    codec = {"step": "jpeg", "quality": {"uniform": [60, 90]}, "chroma": "4:2:2"}
    platform = {"step": "platform", "hops": 3, "size": {"uniform": [0.5, 6]}, "codecs": [codec]}
    degrader = Degrader(recipe(platform | {"last": [{"step": "webp", "quality": 50}]}), 4)
    for seed in range(30):
        _, *steps = degrader.describe(seed)
        assert [step["step"] for step in steps] == ["resize", "jpeg", "resize", "jpeg", "resize", "webp"]
        first, second, last = (step["size"] for step in steps[::2])
        assert 4 >= first >= second >= 0.5
        assert last == 1
        assert 60 <= steps[1]["quality"] <= 90
        assert steps[1]["chroma"] == "4:2:2"


def test_grids_are_everywhere_or_at_the_corner() -> None:
    jpeg = {"step": "jpeg", "quality": 50}
    offsets = {
        grid: {
            (steps[1]["top"], steps[1]["left"])
            for steps in (Degrader(recipe(jpeg | {"grid": grid}), 1).describe(seed) for seed in range(300))
        }
        for grid in ("random", "aligned")
    }
    assert offsets["aligned"] == {(0, 0)}
    assert {top % 8 for top, _ in offsets["random"]} == {left % 8 for _, left in offsets["random"]} == set(range(8))
    assert len(offsets["random"]) > 150


def test_custom_tables_and_cameras_read_noise() -> None:
    custom = {"shop": {"luma": [7] * 64, "chroma": [9] * 64}}
    jpeg = {"step": "jpeg", "quality": 50, "tables": "shop", "custom": custom}
    sensor = {"step": "sensor", "shot": 0.001}
    _, first, second = Degrader(recipe(sensor, jpeg), 2).describe(0)
    assert second["own"] == ((7,) * 64, (9,) * 64)
    reads = [Degrader(recipe(sensor), 2).describe(seed)[1]["read"] for seed in range(300)]
    assert np.log(reads).mean() == pytest.approx(2.18 * np.log(0.001) + 1.2, abs=0.06)
    assert np.log(reads).std() == pytest.approx(0.26, rel=0.15)
    assert first["gain"] == 1


def test_what_does_not_end_at_lr_is_brought_there(hr: Tensor) -> None:
    for steps in ([], [{"step": "resize", "size": 1.7}]):
        assert Degrader(recipe(*steps), 4)(hr[:1], [0]).shape == (1, 3, 24, 32)


@pytest.mark.parametrize(("side", "scale"), [(1, 1), (2, 2), (4, 4), (12, 4)])
def test_the_smallest_pictures(side: int, scale: int) -> None:
    lr = Degrader(GENERIC, scale)(torch.full((12, 3, side, side), 0.5), range(12))
    assert lr.shape == (12, 3, side // scale, side // scale)
    assert lr.isfinite().all()


def test_sizes_and_seeds_must_fit(hr: Tensor) -> None:
    with pytest.raises(ValueError, match="sides that 4 divides"):
        Degrader(GENERIC, 4)(hr[..., :90], range(6))
    with pytest.raises(ValueError, match="as many seeds, got 2"):
        Degrader(GENERIC, 4)(hr, [1, 2])
