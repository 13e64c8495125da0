import json
from pathlib import Path

import pytest

from deepimage.models.facts import Facts
from deepimage.models.published import cache

FACTS = Facts("spandrel/DAT", 4, halo=24, dtype_ok=("fp32", "bf16"), multiple_of=8, exact_tiling=False)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    (tmp_path / "nets").mkdir()
    return tmp_path / "nets" / "net.pth"


def test_what_was_measured_is_kept_beside_the_file(path: Path) -> None:
    assert cache.read(path, "abc") is None
    assert cache.write(path, "abc", FACTS) == path.with_name("net.pth.deepimage.json")
    assert cache.read(path, "abc") == FACTS
    assert [entry.name for entry in path.parent.iterdir()] == ["net.pth.deepimage.json"]


def test_what_was_measured_of_another_file_is_not_used(path: Path) -> None:
    cache.write(path, "abc", FACTS)
    assert cache.read(path, "def") is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"sha256": "abc"}', '{"sha256": "abc", "facts": {"arch": "x"}}'])
def test_a_damaged_note_is_none(path: Path, text: str) -> None:
    cache.write(path, "abc", FACTS).write_text(text)
    assert cache.read(path, "abc") is None


def test_beside_a_file_that_nobody_may_write_the_user_s_cache_is_used(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_text

    def write_text(self: Path, text: str) -> int:  # a folder's mode does not stop root, who runs the tests
        if self.parent == path.parent:
            raise PermissionError(13, "Permission denied")
        return write(self, text)

    monkeypatch.setattr(Path, "write_text", write_text)
    kept = cache.write(path, "abc", FACTS)
    assert kept == tmp_path / "user" / "deepimage" / "abc.json"
    assert json.loads(kept.read_text())["facts"]["halo"] == 24
    assert cache.read(path, "abc") == FACTS
