"""A profile is written for people, read back whole, and is a recipe to training."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepimage.errors import ConfigError
from deepimage.image.degradation import recipe
from deepimage.study.profile import Profile, load
from deepimage.study.traits import Traits

from .dirt import jpeg, saved, shifted, studied

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def traits(photos: dict[str, np.ndarray]) -> list[Traits]:
    coffee = photos["coffee"]
    return [
        studied(saved(coffee, "JPEG", quality=70)),
        studied(saved(shifted(jpeg(coffee, 50), 3, 3), "JPEG", quality=85)),
        studied(saved(coffee, "JPEG", qtables=[list(range(2, 66)), list(range(3, 67))], comment=b"Lavc58")),
        studied(saved(coffee, "WEBP", quality=60)),
        studied(saved(shifted(jpeg(coffee, 80), 1, 2))),
    ]


@pytest.fixture
def profile(traits: list[Traits]) -> Profile:
    refused = {"E_FORMAT": [f"{n}.psd: a Photoshop file" for n in range(30)], "failed": ["a: gone"]}
    return Profile.of(traits, "s3://shop/dirty", "2026-11-22T10:00:00Z", 50, refused)


def test_counts(profile: Profile) -> None:
    assert (profile.listed, profile.sampled, profile.pictures) == (50, 36, 5)
    assert profile.refused["E_FORMAT"].count == 30
    assert len(profile.refused["E_FORMAT"].examples) == 20
    assert profile.shares["format"] == {"jpeg": 3, "webp": 1, "png": 1}
    assert profile.shares["jpeg_grid"] == {"at the corner": 3, "6, 7": 1}
    assert profile.shares["jpeg_from"] == {"the file": 3, "its pixels": 1}
    assert profile.shares["marks"] == {"ffmpeg": 1}
    assert profile.shares["passes"]["an earlier, weaker JPEG"] == 1
    assert all(sum(m.counts) + m.unknown == 5 for m in profile.measures.values())
    assert profile.measures["earlier_quality"].median == pytest.approx(50, abs=2)


def test_a_long_tail_is_counted_together(traits: list[Traits]) -> None:
    many = [replace(traits[0], software=f"program {n:02d}") for n in range(30)]
    found = Profile.of(many, "x", "2026", 30, {}).shares["software"]
    assert len(found) == 21
    assert found["other"] == 10


def test_written_and_read_back(profile: Profile, tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(profile.to_yaml(["one line", "and another: with [odd] signs"]), "utf-8")
    assert path.read_text("utf-8").startswith("# one line\n# and another")
    assert load(path) == profile


def test_training_reads_it_as_a_recipe(profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(profile.to_yaml(), "utf-8")
    monkeypatch.chdir(ROOT)  # the generic recipe is named from where the command runs
    mixed = recipe.load(path)
    own = {name: branch.weight for name, branch in mixed.branches.items() if not name.startswith("mix ")}
    assert own == pytest.approx({"jpeg": 0.42, "jpeg after jpeg": 0.14, "webp": 0.14})
    assert sum(branch.weight for branch in mixed.branches.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("pictures: 5", "pictures: many", "pictures"),
        ("listed:", "lsited:", "listed"),
        ("unknown: ", "unknown: -", "unknown"),
    ],
)
def test_a_damaged_profile_is_refused_by_name(profile: Profile, tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "profile.yaml"
    text = profile.to_yaml()
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(ConfigError, match=said):
        load(path)
