"""The whole act: tables and page on disk, both engines alike, resumed without doing a cell again."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from deepimage.config import read
from deepimage.errors import UsageError
from deepimage.evaluation.config import Evaluation
from deepimage.evaluation.judge import Judge
from deepimage.stages.base import Rows
from pipelines.evaluate import evaluate, run

_BENCH = Path("../shared/data/bench/Set14")
_LPIPS = Path("../shared/reference/lpips_squeeze.safetensors")
_FIGURES = ("psnr_y", "ssim_y", "ms_ssim_y", "haarpsi", "dss", "psnr_small", "piqe", "checkerboard", "consistency")


@pytest.fixture
def folder(tmp_path: Path, photos: dict[str, np.ndarray]) -> Path:
    (tmp_path / "photos").mkdir()
    Image.fromarray(photos["chelsea"][:200, :200]).save(tmp_path / "photos" / "cat.png")
    Image.fromarray(photos["coffee"][:200, :200]).save(tmp_path / "photos" / "coffee.png")
    (tmp_path / "photos" / "cut.png").write_bytes((tmp_path / "photos" / "cat.png").read_bytes()[:5000])
    return tmp_path


def config(folder: Path, *overrides: str) -> Evaluation:
    base = [
        f"pictures=[{folder / 'photos'}]",
        f"output={folder / 'out'}",
        "systems=[bicubic, fast-x4-psnr]",
        "degradations=[C0, C3]",
        "runtime.engine=local",
    ]
    return read(Evaluation, None, [*base, *overrides])


def cells(folder: Path) -> dict[tuple[str, str, str], dict[str, Any]]:
    rows = pq.read_table(folder / "out" / "cells.parquet").to_pylist()
    return {(row["system"], row["input"], row["degradation"]): row for row in rows}


def test_the_crops_are_one_picture_too(folder: Path) -> None:
    """A column for each system and the original, a row for each picture."""
    run(config(folder, "exhibits=4", "exhibit_side=96"), quiet=True)
    with Image.open(folder / "out" / "crops.jpg") as image:
        crops = np.asarray(image, np.int16)
    assert crops.shape == (22 + 2 * 100, 3 * 100, 3)
    row = crops[22:118]
    bicubic, ours, original = (row[:, left : left + 96] for left in (0, 100, 200))
    assert 2 < np.abs(ours - original).mean() < np.abs(bicubic - original).mean()


def test_every_cell_is_accounted_for(folder: Path) -> None:
    verdict = run(config(folder), quiet=True)
    assert (verdict.done, verdict.quarantined, verdict.failed, verdict.complete) == (12, 6, 0, False)
    rows = cells(folder)
    assert len(rows) == 18
    for degradation in ("C0", "C3"):
        for picture in ("cat.png", "coffee.png"):
            ours, bicubic = (rows[system, picture, degradation]["psnr_y"] for system in ("fast-x4-psnr", "bicubic"))
            assert ours > bicubic
        assert rows["fast-x4-psnr", "cut.png", degradation]["error_code"] == "E_TRUNCATED"
    table = (folder / "out" / "table.md").read_text()
    assert "photos, C3: 2 pictures" in table
    assert "not judged: `photos/cut.png` (6 cells)" in table
    assert (folder / "out" / "report.html").read_text().count("<img") == 6


def test_a_killed_evaluation_goes_on_and_a_finished_one_does_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the first batch; a system that is added later costs its own cells only."""
    asked: list[str] = []
    plain = Judge.__call__

    def call(self: Judge, rows: Rows) -> Rows:
        if len(asked) >= 4:
            raise KeyboardInterrupt
        asked.extend(row["system"] for row in rows)
        return plain(self, rows)

    monkeypatch.setattr(Judge, "__call__", call)
    with pytest.raises(KeyboardInterrupt):
        run(config(folder, "runtime.batch_rows=4"), quiet=True)
    first = len(asked)

    def count(self: Judge, rows: Rows) -> Rows:
        asked.extend(row["system"] for row in rows)
        return plain(self, rows)

    monkeypatch.setattr(Judge, "__call__", count)
    assert 0 < first < 18
    assert run(config(folder), quiet=True).done == 12
    assert len(asked) == 18
    assert run(config(folder), quiet=True).done == 12
    assert len(asked) == 18
    assert run(config(folder, "systems=[bicubic, fast-x4-psnr, nearest]"), quiet=True).done == 16
    assert asked[18:] == ["nearest"] * 6


def test_originals_of_ones_own_and_none_at_all(folder: Path, photos: dict[str, np.ndarray]) -> None:
    originals, dirty = folder / "hr", folder / "lr"
    originals.mkdir()
    dirty.mkdir()
    for name in ("cat", "lonely"):
        Image.fromarray(photos["chelsea"][:50, :50]).save(dirty / f"{name}.jpg", quality=60)
    Image.fromarray(np.kron(photos["chelsea"][:50, :50], np.ones((4, 4, 1), np.uint8))).save(originals / "cat.png")
    given = [f"pictures=[{dirty}]", "degradations=[]"]
    verdict = run(config(folder, *given, f"against_hr={originals}"), quiet=True)
    assert (verdict.done, verdict.quarantined) == (3, 3)
    assert cells(folder)["bicubic", "cat.jpg", "given"]["psnr_y"] > 20
    verdict = run(config(folder, *given), quiet=True)
    assert (verdict.done, verdict.quarantined) == (4, 0)
    blind = cells(folder)["fast-x4-psnr", "lonely.jpg", "given"]
    assert blind["psnr_y"] is None
    assert blind["consistency"] > 20


@pytest.mark.ray
@pytest.mark.usefixtures("ray_cluster")
def test_ray_gives_the_same_figures(folder: Path) -> None:
    run(config(folder), quiet=True)
    local = cells(folder)
    run(config(folder, f"output={folder / 'out2'}", "runtime.engine=ray", "runtime.actors=2"), quiet=True)
    (folder / "out").rename(folder / "local")
    (folder / "out2").rename(folder / "out")
    ray = cells(folder)
    assert ray.keys() == local.keys()
    for key, row in ray.items():
        assert {name: row[name] for name in _FIGURES} == {name: local[key][name] for name in _FIGURES}


def test_what_cannot_be_meant_is_refused_before_any_work(folder: Path) -> None:
    for overrides in (
        ["systems=[bicubi]"],
        [f"pictures=[{folder / 'none'}]"],
        [f"output={folder / 'photos' / 'out'}"],
        ["niqe=README.md"],
        ["lpips=README.md"],
        ["degradations=[]", f"against_hr={folder / 'none'}"],
    ):
        with pytest.raises(UsageError) as error:
            run(config(folder, *overrides), quiet=True)
        assert "\n" not in str(error.value)
    assert not (folder / "out" / "cells.parquet").exists()


def test_the_quick_file_runs(folder: Path) -> None:
    path = Path(__file__).parents[2] / "configs" / "evaluate-quick.yaml"
    own = [f"pictures=[{folder / 'photos'}]", f"output={folder / 'out'}", "runtime.engine=local", "crop=32"]
    assert evaluate(path, own, quiet=True).done == 24
    pairs = evaluate(path, [*own, "scale=1", "systems=[bicubic]"], against_hr=str(folder / "photos"), quiet=True)
    assert pairs.done == 4
    assert cells(folder)["bicubic", "cat.png", "given"]["psnr_y"] == 99


def test_bicubic_has_the_published_figures_on_set14(folder: Path) -> None:
    """PSNR-Y, SSIM-Y, LPIPS of four conditions, as measured elsewhere: within 0.1 dB and 0.005."""
    if not (_BENCH.exists() and _LPIPS.exists()):
        pytest.skip(f"needs {_BENCH} and {_LPIPS}")
    asked = ["metrics=[psnr_y, ssim_y, lpips, psnr_small]", f"lpips={_LPIPS}", "systems=[bicubic]", "exhibits=0"]
    run(config(folder, f"pictures=[{_BENCH}]", "degradations=[C0, C1, C2, C3]", *asked), quiet=True)
    rows = [row for (system, *_), row in cells(folder).items() if system == "bicubic"]
    for condition, expected in {
        "C0": (26.09, 0.705, 0.373, 38.1),
        "C1": (25.25, 0.650, 0.489, 33.4),
        "C2": (25.49, 0.659, 0.465, 34.5),
        "C3": (23.95, 0.585, 0.610, 29.2),
    }.items():
        own = [row for row in rows if row["degradation"] == condition]
        means = [float(np.mean([row[name] for row in own])) for name in ("psnr_y", "ssim_y", "lpips", "psnr_small")]
        for value, published, tolerance in zip(means, expected, (0.1, 0.005, 0.0055, 0.1), strict=True):
            assert value == pytest.approx(published, abs=tolerance), condition
