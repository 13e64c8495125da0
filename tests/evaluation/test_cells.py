"""Cells: one for every system, picture and degradation, known again as long as nothing they depend on has changed."""

import os
from pathlib import Path

import pytest

from deepimage.config import read
from deepimage.errors import UsageError
from deepimage.evaluation.cells import plan
from deepimage.evaluation.config import Evaluation
from deepimage.models.catalog import find
from deepimage.stages.base import Rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "b.jpg", "deep/c.png", ".hidden.png"):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path


def planned(folder: Path, *overrides: str) -> Rows:
    base = [f"pictures=[{folder / 'photos'}]", f"output={folder / 'out'}", "systems=[bicubic, fast-x4]"]
    config = read(Evaluation, None, [*base, *overrides])
    models = {system.name: find(system.model) for system in config.systems}
    return [row for rows in plan(config, models) for row in rows]


def digests(rows: Rows) -> dict[tuple[str, str], str]:
    return {(row["system"], row["input"]): row["cell"] for row in rows}


def test_every_system_meets_every_picture_and_degradation(folder: Path) -> None:
    rows = planned(folder, "degradations=[C0, C2]")
    living = [row for row in rows if not row.get("status")]
    assert len(living) == 3 * 2 * 3  # the original is a system, too
    assert [row["kind"] for row in living[:3]] == ["interpolator", "shipped", "original"]
    assert len({row["cell"] for row in rows}) == len(rows)
    assert sorted({(row["index"], row["input"]) for row in living}) == [(1, "a.png"), (2, "b.jpg"), (3, "deep/c.png")]
    assert {row["error"] for row in rows if row.get("status")} == {"hidden, or left by a system beside pictures"}


def test_without_an_original_nothing_stands_for_it(folder: Path) -> None:
    assert {(row["system"], row["degradation"]) for row in planned(folder)} == {
        ("bicubic", "given"),
        ("fast-x4", "given"),
    }


def test_the_first_by_name_are_taken(folder: Path) -> None:
    (folder / "photos" / ".hidden.png").unlink()
    assert {row["input"] for row in planned(folder, "limit=2")} == {"a.png", "b.jpg"}


def test_a_cell_is_known_again_until_something_changes(folder: Path) -> None:
    before = digests(planned(folder))
    assert digests(planned(folder, "output=elsewhere", "runtime.engine=local", "exhibits=3")) == before
    assert not set(digests(planned(folder, "crop=100")).values()) & set(before.values())
    path = folder / "photos" / "a.png"
    os.utime(path, ns=(1, 1))
    after = digests(planned(folder, "systems=[bicubic, {model: fast-x4, precision: fp32}]"))
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {key for key in before if key[0] == "fast-x4" or key[1] == "a.png"}


def test_originals_are_found_by_name_whatever_the_suffix(folder: Path) -> None:
    originals = folder / "hr"
    (originals / "deep").mkdir(parents=True)
    for name in ("a.webp", "deep/c.jpg"):
        (originals / name).write_bytes(b"x")
    rows = planned(folder, f"against_hr={originals}")
    found = {row["input"]: row["hr_uri"] for row in rows if row["input"] != ".hidden.png"}
    assert found == {"a.png": str(originals / "a.webp"), "b.jpg": None, "deep/c.png": str(originals / "deep/c.jpg")}
    (lonely,) = {(row["status"], row["error"]) for row in rows if row["input"] == "b.jpg"}
    assert lonely == ("quarantined", f"no picture of that name in {originals}")


def test_sets_that_cannot_be_told_apart_or_are_empty_are_refused(folder: Path) -> None:
    (folder / "empty").mkdir()
    with pytest.raises(UsageError, match="both called photos"):
        planned(folder, f"pictures=[{folder}/photos, {folder}/other/photos]")
    with pytest.raises(UsageError, match="nothing is stored"):
        planned(folder, f"pictures=[{folder}/empty]")
