from itertools import islice
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from deepimage.training.config import Training
from deepimage.training.data import Batches, Pairs, stream, turned

from .conftest import changed


def pairs(config: Training, seed: int = 3) -> Pairs:
    return Pairs(config.data, config.net.scale, seed)


def test_a_batch_is_aligned_lr_and_hr(config: Training) -> None:
    lr, hr = pairs(config).batch(0)
    assert lr.shape == (4, 12, 12, 3)
    assert hr.shape == (4, 48, 48, 3)
    assert lr.dtype == hr.dtype == torch.uint8
    for small, large in zip(lr.numpy(), hr.numpy(), strict=True):
        reduced = np.asarray(Image.fromarray(large).resize((12, 12), Image.Resampling.BOX)).astype(float)
        inside = np.abs(small - reduced)[2:-2, 2:-2].mean()
        assert inside < np.abs(np.roll(small, 1, 0) - reduced)[2:-2, 2:-2].mean()
        assert inside < 30


def test_a_stream_entered_late_goes_on_as_if_from_the_start(config: Training) -> None:
    whole = list(islice(Batches(pairs(config)), 12))
    for start in (1, 7):
        late = list(islice(Batches(pairs(config), start), 12 - start))
        assert all(torch.equal(a[i], b[i]) for a, b in zip(whole[start:], late, strict=True) for i in (0, 1))


def test_background_processes_take_turns_in_order(config: Training) -> None:
    here = Batches(pairs(config), 5)
    there = stream(pairs(config), 5, processes=2)
    assert all(torch.equal(a[i], b[i]) for a, b in zip(islice(here, 7), there, strict=False) for i in (0, 1))


def test_the_shares_of_workers_are_the_batch(config: Training) -> None:
    source = pairs(config)
    whole, shares = source.batch(9), [source.batch(9, slice(place, None, 2)) for place in (0, 1)]
    for i in (0, 1):
        assert torch.equal(whole[i], torch.stack([shares[0][i], shares[1][i]], 1).flatten(0, 1))


def test_other_seeds_and_steps_give_other_batches(config: Training) -> None:
    batches = [pairs(config, seed).batch(step)[0] for seed in (0, 1) for step in range(8)]
    assert len({batch.numpy().tobytes() for batch in batches}) == 16


def test_detail_is_seen_more_often_than_nothing(config: Training, tmp_path: Path) -> None:
    """Of photos half of which are plain: a crop is plain once in two, the busiest of one to three in three of ten."""
    for number in range(3):
        Image.new("RGB", (180, 140), (90, 120, 150)).save(tmp_path / "train" / f"plain{number}.png")
    source = pairs(config)
    plain = np.mean([np.ptp(source._patch(sample)[..., 1].numpy()) == 0 for sample in range(150)])
    assert 0.2 < plain < 0.4


def test_a_patch_comes_back_turned() -> None:
    patch = torch.from_numpy(np.random.default_rng(0).integers(0, 255, (4, 4, 3), np.uint8))
    ways = [turned(patch, orientation) for orientation in range(8)]
    assert len({way.numpy().tobytes() for way in ways}) == 8
    both = [turned(torch.stack([patch, patch]), orientation) for orientation in range(8)]
    assert all(torch.equal(pair[i], way) for pair, way in zip(both, ways, strict=True) for i in (0, 1))


def test_a_profile_takes_the_place_of_the_degradation(config: Training, tmp_path) -> None:
    (tmp_path / "profile.yaml").write_text("degradation: {branches: {a: {steps: [{step: resize, size: 1}]}}}\n")
    of_profile = changed(config, data={"profile": str(tmp_path / "profile.yaml")})
    assert torch.equal(pairs(config).batch(0)[1], pairs(of_profile).batch(0)[1])
    assert not torch.equal(pairs(config).batch(0)[0], pairs(of_profile).batch(0)[0])
