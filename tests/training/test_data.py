from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepimage.errors import ConfigError
from deepimage.image.degradation.chains import bicubic
from deepimage.training.config import Data, Training
from deepimage.training.data import Batches, photos, stream, turn, validation_pairs


def changed(data: Data, **values: object) -> Data:
    return Data.model_validate({**data.model_dump(), **values})


def test_a_batch_is_aligned_lr_and_hr(config: Training) -> None:
    clean = changed(config.data, mixture={"clean": 1})
    for lr, hr in islice(Batches(clean, 4, seed=0), 6):
        assert lr.shape == (4, 12, 12, 3)
        assert hr.shape == (4, 48, 48, 3)
        assert lr.dtype == hr.dtype == torch.uint8
        for small, large in zip(lr.numpy(), hr.numpy(), strict=True):
            reduced = np.asarray(Image.fromarray(large).resize((12, 12), Image.Resampling.BOX)).astype(float)
            inside = np.abs(small - reduced)[2:-2, 2:-2].mean()
            assert inside < np.abs(np.roll(small, 1, 0) - reduced)[2:-2, 2:-2].mean() + 1e-9
            assert inside < 12


def test_a_stream_entered_late_goes_on_as_if_from_the_start(config: Training) -> None:
    whole = list(islice(Batches(config.data, 4, seed=3), 20))
    for start in (1, 7, 8, 15):  # a round has 8 steps
        late = list(islice(Batches(config.data, 4, 3, start), 20 - start))
        assert all(torch.equal(a[i], b[i]) for a, b in zip(whole[start:], late, strict=True) for i in (0, 1))


def test_the_background_process_gives_the_same_batches(config: Training) -> None:
    here, there = Batches(config.data, 4, 3), stream(config.data, 4, 3)
    assert all(torch.equal(a[i], b[i]) for a, b in zip(islice(here, 9), there, strict=False) for i in (0, 1))


def test_other_seeds_and_rounds_give_other_batches(config: Training) -> None:
    batches = [lr for lr, _ in islice(Batches(config.data, 4, 0), 16)]
    batches += [lr for lr, _ in islice(Batches(config.data, 4, 1), 8)]
    assert len({batch.numpy().tobytes() for batch in batches}) == 24


def test_a_patch_comes_back_turned(config: Training) -> None:
    pair = np.random.default_rng(0).integers(0, 255, (2, 4, 4, 3), np.uint8)
    turned = [turn((pair[0], pair[1]), orientation) for orientation in range(8)]
    assert len({lr.tobytes() for lr, _ in turned}) == 8
    assert all(np.array_equal(turn((pair[0], pair[0]), k)[0], turn((pair[0], pair[0]), k)[1]) for k in range(8))


def test_validation_pairs_are_fixed_and_aligned(config: Training) -> None:
    ((lr, hr),) = validation_pairs(config.data, 4, bicubic)
    ((again, _),) = validation_pairs(config.data, 4, bicubic)
    assert lr.shape == (32, 32, 3)
    assert hr.shape == (128, 128, 3)
    assert np.array_equal(lr, again)
    reduced = np.asarray(Image.fromarray(hr).resize((32, 32), Image.Resampling.BICUBIC)).astype(int)
    assert np.abs(lr - reduced)[4:-4, 4:-4].max() <= 2


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(ConfigError, match="no pictures there"):
            photos(str(folder))


def test_photos_smaller_than_a_crop_are_refused(config: Training) -> None:
    with pytest.raises(ConfigError, match="smaller than a crop of 384 pixels"):
        next(iter(Batches(changed(config.data, patch=48), 4, 0)))
