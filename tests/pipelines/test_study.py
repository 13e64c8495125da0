"""A study from end to end: every file is counted, the profile is right, and both engines agree."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepimage.config import Recipe, load
from deepimage.errors import UsageError
from deepimage.study.profile import Profile
from deepimage.study.profile import load as load_profile
from pipelines.study import Findings, study

LOCAL = "runtime.engine=local"


@pytest.fixture
def dirty(tmp_path: Path, photos: dict[str, np.ndarray]) -> Path:
    """Eight pictures of known qualities, two in a folder below, and three files that are none."""
    folder = tmp_path / "dirty"
    (folder / "below").mkdir(parents=True)
    for number, quality in enumerate((60, 70, 75, 80, 80, 85)):
        photo = photos[("coffee", "rocket")[number % 2]][number * 3 :]
        path = folder / ("below" if number < 2 else ".") / f"{number}.jpg"
        Image.fromarray(photo).save(path, quality=quality)
    for number, quality in enumerate((40, 65)):
        Image.fromarray(photos["chelsea"]).save(folder / f"{number}.webp", quality=quality)
    (folder / "notes.txt").write_text("no picture")
    (folder / "<img src=x onerror=alert(1)>.jpg").write_bytes((folder / "2.jpg").read_bytes()[:4000])
    (folder / "empty.jpg").write_bytes(b"")
    (folder / ".hidden").write_text("left by a system")
    return folder


def run(source: Path, target: Path, limit: int = 2000, *overrides: str) -> Findings:
    return study(str(source), target, load(None, [LOCAL, *overrides]), limit, quiet=True)


def test_every_file_is_counted(dirty: Path, tmp_path: Path) -> None:
    found = run(dirty, tmp_path / "profile.yaml")
    profile = found.profile
    assert (profile.listed, profile.sampled, profile.pictures) == (11, 11, 8)
    assert {code: kind.count for code, kind in profile.refused.items()} == {
        "E_EMPTY": 1,
        "E_NOT_IMAGE": 1,
        "E_TRUNCATED": 1,
    }
    assert profile.shares["format"] == {"jpeg": 6, "webp": 2}
    assert profile.measures["jpeg_quality"].median == 77.5
    assert load_profile(found.path) == profile
    assert any("quality" in line for line in found.lines())


def test_the_page_is_whole_and_trusts_no_name(dirty: Path, tmp_path: Path) -> None:
    page = run(dirty, tmp_path / "profile.yaml").page.read_text("utf-8")
    assert page.count("<svg") > 10
    assert page.count("data:image/jpeg;base64,") >= 6
    assert "onerror=alert" in page
    assert "<img src=x" not in page
    assert "$" not in re.sub(r"base64,[^\"]*", "", page)
    assert not re.search(r"""(src|href)="(?!data:|#)""", page)


def test_a_sample_is_drawn_by_name_and_seed(dirty: Path, tmp_path: Path) -> None:
    def drawn(seed: int) -> Profile:
        recipe = load(None, [LOCAL])
        return study(str(dirty), tmp_path / "profile.yaml", recipe, limit=4, seed=seed, quiet=True).profile

    first = drawn(0)
    assert (first.listed, first.sampled) == (11, 4)
    assert first.model_dump(exclude={"date"}) == drawn(0).model_dump(exclude={"date"})
    assert any(drawn(seed).measures != first.measures for seed in (1, 2, 3))


@pytest.mark.ray
@pytest.mark.usefixtures("ray_cluster")
def test_ray_and_the_plain_loop_agree(dirty: Path, tmp_path: Path) -> None:
    local = run(dirty, tmp_path / "local.yaml").profile
    recipe: Recipe = load(None, ["runtime.look_here_below=0"])
    ray = study(str(dirty), tmp_path / "ray.yaml", recipe, quiet=True).profile
    assert ray.model_dump(exclude={"date"}) == local.model_dump(exclude={"date"})


def test_an_archive_is_an_input(dirty: Path, tmp_path: Path) -> None:
    import shutil

    archive = shutil.make_archive(str(tmp_path / "export"), "zip", dirty)
    assert run(Path(archive), tmp_path / "profile.yaml").profile.pictures == 8


def test_nothing_to_study_is_said_in_a_line(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(UsageError, match="no file to study"):
        run(empty, tmp_path / "profile.yaml")
    (empty / "a.txt").write_text("no picture")
    with pytest.raises(UsageError, match=r"none of the files could be studied \(E_NOT_IMAGE 1\); the first: a.txt"):
        run(empty, tmp_path / "profile.yaml")
    assert not (tmp_path / "profile.yaml").exists()
    with pytest.raises(UsageError, match="INPUT"):
        run(tmp_path / "misspelt", tmp_path / "profile.yaml")


@pytest.mark.parametrize(("name", "said"), [("profile.txt", "ends in .yaml"), ("none/profile.yaml", "exists")])
def test_an_output_that_cannot_be_is_refused_before_any_work(dirty: Path, tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        run(dirty, tmp_path / name)
