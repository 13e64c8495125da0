"""The stage that fills cells: its figures are those of plain calls, and a bad picture spoils only its own cells."""

import io
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from deepimage.config import read
from deepimage.evaluation.cells import CELLS, plan
from deepimage.evaluation.config import Evaluation
from deepimage.evaluation.judge import Judge
from deepimage.image.degradation.fixed import FIXED
from deepimage.image.interpolation import interpolate
from deepimage.metrics.consistency import consistency_db
from deepimage.metrics.psnr import psnr_y
from deepimage.models.catalog import find
from deepimage.stages.base import Rows


@pytest.fixture
def folder(tmp_path: Path, photos: dict[str, np.ndarray]) -> Path:
    (tmp_path / "photos").mkdir()
    Image.fromarray(photos["chelsea"][:200, :264]).save(tmp_path / "photos" / "cat.png")
    Image.fromarray(photos["coffee"][:24, :40]).save(tmp_path / "photos" / "tiny.png")
    (tmp_path / "photos" / "words.jpg").write_text("no picture")
    return tmp_path


def judged(folder: Path, *overrides: str) -> Iterator[dict[str, Any]]:
    base = [f"pictures=[{folder / 'photos'}]", "output=out", "systems=[bicubic, lanczos]"]
    config = read(Evaluation, None, [*base, *overrides])
    rows: Rows = [row for rows in plan(config, {s.name: find(s.model) for s in config.systems}) for row in rows]
    judge = pickle.loads(pickle.dumps(Judge(config, threads=2)))
    judge.setup()
    nothing = dict.fromkeys(CELLS.names)
    for row in judge([nothing | row for row in rows]):
        assert "trial" not in row
        yield row


def test_figures_are_those_of_plain_calls(folder: Path, photos: dict[str, np.ndarray]) -> None:
    rows = {(row["input"], row["system"]): row for row in judged(folder, "degradations=[C2]")}
    hr = photos["chelsea"][:200, :264]
    lr = FIXED["C2"](hr, 4, 0)
    row, sr = rows["cat.png", "bicubic"], interpolate(lr, 200, 264, "bicubic")
    assert row["psnr_y"] == pytest.approx(
        psnr_y(sr, hr, 4), abs=0.01
    )  # the tiles' floats round the odd pixel otherwise
    assert row["consistency"] == pytest.approx(consistency_db(lr, sr), abs=0.02)
    assert (row["status"], row["width"], row["height"]) == ("done", 264, 200)
    assert row["megapixels_per_second"] == pytest.approx(0.0528 / row["seconds"])
    assert rows["cat.png", "lanczos"]["psnr_y"] > row["psnr_y"]


def test_the_original_is_judged_only_by_what_needs_none(folder: Path) -> None:
    row = next(row for row in judged(folder, "degradations=[C0]") if row["system"] == "original")
    assert (row["psnr_y"], row["seconds"]) == (None, None)
    assert row["piqe"] > 0


def test_what_is_too_small_for_a_metric_has_the_others(folder: Path) -> None:
    rows = {(row["input"], row["system"]): row for row in judged(folder, "degradations=[C0]")}
    tiny = rows["tiny.png", "bicubic"]
    assert tiny["status"] == "done"
    assert tiny["ms_ssim_y"] is None
    assert tiny["psnr_y"] > 15


def test_what_is_no_picture_is_quarantined_and_nothing_else(folder: Path) -> None:
    rows = list(judged(folder))
    assert {row["status"] for row in rows if row["input"] == "words.jpg"} == {"quarantined"}
    assert {row["error_code"] for row in rows if row["input"] == "words.jpg"} == {"E_NOT_IMAGE"}
    assert {row["status"] for row in rows if row["input"] != "words.jpg"} == {"done"}


def test_another_scale_than_the_nets_own(folder: Path) -> None:
    rows = judged(folder, "scale=3", "systems=[fast-x4]", "degradations=[bicubic]", "metrics=[psnr_y]")
    cat = next(row for row in rows if row["input"] == "cat.png")
    assert (cat["width"], cat["height"]) == (264, 198)
    assert cat["psnr_y"] > 25


def test_all_systems_show_the_same_part(folder: Path, photos: dict[str, np.ndarray]) -> None:
    rows = [row for row in judged(folder, "degradations=[C0]", "exhibit_side=64") if row["input"] == "cat.png"]
    shown = [np.asarray(Image.open(io.BytesIO(row["exhibit"])), float) for row in rows]
    assert {picture.shape for picture in shown} == {(64, 64, 3)}
    original = shown[2]
    assert all(np.abs(picture - original).mean() < 12 for picture in shown)
    hr = photos["chelsea"][:200, :264].astype(float)
    places = [np.abs(hr[y : y + 64, x : x + 64] - original).mean() for y in range(0, 137, 4) for x in range(0, 201, 4)]
    assert min(places) < 3  # a part of the original at its own pixels, through one JPEG
    assert all(row["exhibit"] is None for row in judged(folder, "exhibits=0"))
