from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepimage.errors import UsageError
from pipelines.benchmark_study import measure


def test_every_question_is_answered(tmp_path: Path) -> None:
    from skimage import data

    Image.fromarray(data.astronaut()).save(tmp_path / "photo.png")
    first, *answers, seconds = measure(tmp_path)
    assert first.startswith("1 photos")
    assert [line[70:].strip() for line in answers] == ["100.0% of 1", "100.0% of 1", "100.0% of 1", "100.0% of 2"]
    assert 0 < float(seconds.split()[-1]) < 5


def test_a_picture_without_a_past_is_not_told_right(tmp_path: Path) -> None:
    Image.fromarray(np.full((400, 400, 3), 128, np.uint8)).save(tmp_path / "flat.png")
    assert "0.0% of 1" in next(line for line in measure(tmp_path) if line.startswith("earlier"))


def test_no_photos(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"or \.webp photos"):
        measure(tmp_path)
