from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepimage.errors import ConfigError
from deepimage.training.photos import Photos

from .conftest import shapes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    for i, (height, width) in enumerate([(60, 80), (90, 50), (20, 20)]):
        Image.fromarray(shapes(i, height, width)).save(tmp_path / "in" / f"{i}.png")
    return tmp_path


def opened(folder: Path, smallest: int = 32) -> Photos:
    return Photos.open(str(folder / "in"), str(folder / "cache"), smallest)


def test_photos_are_those_of_the_folder_and_large_enough(folder: Path) -> None:
    images = opened(folder).images
    assert len(images) == 2
    assert all(np.array_equal(image, shapes(i, *image.shape[:2])) for i, image in enumerate(images))
    assert opened(folder).weights().sum() == pytest.approx(1)


def test_photos_can_be_made_smaller_first(folder: Path) -> None:
    whole = opened(folder).images
    halves = Photos.open(str(folder / "in"), str(folder / "cache"), 20, reduce=2).images
    assert [half.shape for half in halves] == [(30, 40, 3), (45, 25, 3)]
    boxes = whole[0].reshape(30, 2, 40, 2, 3).mean((1, 3))
    assert np.abs(halves[0] - boxes).mean() < 8


def test_the_second_time_nothing_is_decoded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = opened(folder).images
    monkeypatch.setattr("deepimage.training.photos.decode", None)
    assert all(np.array_equal(a, b) for a, b in zip(first, opened(folder).images, strict=True))


def test_a_changed_folder_is_read_anew(folder: Path) -> None:
    opened(folder)
    Image.fromarray(shapes(9, 64, 64)).save(folder / "in" / "9.png")
    assert len(opened(folder).images) == 3


def test_an_unreadable_photo_is_named_and_left_out(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "in" / "broken.jpg").write_bytes(b"\xff\xd8\xff nonsense")
    assert len(opened(folder).images) == 2
    assert "broken.jpg: not readable" in caplog.text


@pytest.mark.parametrize(
    ("name", "complaint"), [("in", "no readable photo of 500 pixels"), ("none", "no pictures there")]
)
def test_nothing_to_learn_from_is_refused(folder: Path, name: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        Photos.open(str(folder / name), str(folder / "cache"), 500)
