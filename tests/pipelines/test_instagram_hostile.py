"""Exports made to do harm, or damaged on the way: refused member by member, and the rest goes on."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from catalogue import manifest
from test_instagram import POSTS, picture

from deepimage.config import Recipe, read
from deepimage.errors import UsageError
from deepimage.instagram.make import export, write_archives
from deepimage.instagram.settings import Archive
from pipelines import instagram
from pipelines.verify import verify

MEDIA, DOCUMENTS = "media/posts/201907", "your_instagram_activity/media"
LINK = 0o120777 << 16


class Member(NamedTuple):
    """What is added to a good export, and what becomes of it: words of its row, or None where it is left out."""

    name: str
    data: bytes
    said: str | None
    attributes: int = 0


def document(name: str, value: Any) -> tuple[str, bytes]:
    return f"{DOCUMENTS}/{name}.json", json.dumps(value).encode()


def item(name: str, **facts: Any) -> dict[str, Any]:
    return {"uri": f"{MEDIA}/{name}", **facts}


NOWHERE = {"photo_metadata": {"exif_data": [{"latitude": 900, "longitude": "x"}]}}
BOMB = bytes(42_000_000)  # 42 kB in the archive
HOSTILE = {
    "a name that leads out": Member("../../evil.jpg", b"x", None),
    "an absolute name": Member("/tmp/evil-deepimage.jpg", b"x", None),
    "a name that leads out of media": Member(f"{MEDIA}/../../../../evil.jpg", picture(7), "done"),
    "backslashes": Member("media\\posts\\201907\\back.jpg", picture(7), "done"),
    "a symbolic link": Member(f"{MEDIA}/link.jpg", b"/etc/passwd", "a symbolic link", LINK),
    "a bomb": Member(f"{MEDIA}/bomb.jpg", BOMB, "E_NOT_IMAGE"),
    "a case twin": Member(f"{MEDIA}/ONE.JPG", picture(7), "done"),
    "the same name twice": Member(f"{MEDIA}/one.jpg", picture(7), "comes again"),
    "an archive in the archive": Member(f"{MEDIA}/more.zip", b"PK", None),
    "no picture": Member(f"{MEDIA}/text.jpg", b"words", "E_NOT_IMAGE"),
    "an empty picture": Member(f"{MEDIA}/empty.jpg", b"", "E_EMPTY"),
    "a truncated picture": Member(f"{MEDIA}/cut.jpg", picture(7)[:-200], "E_TRUNCATED"),
    "a newline in a name": Member(f"{MEDIA}/a\nb.jpg", picture(7), "done"),
    "a name of 300 characters": Member(f"{MEDIA}/{'n' * 300}.jpg", picture(7), "done"),
    "a document that is no JSON": Member(f"{DOCUMENTS}/stories.json", b"{", None),
    "a document of brackets": Member(f"{DOCUMENTS}/stories.json", b"[" * 100_000, None),
    "a document of numbers": Member(*document("stories", [1, 2, {}, None]), None),
    "times that cannot be": Member(
        *document("stories", [item("t.jpg", creation_timestamp=10**30)]), "none of its parts"
    ),
    "a caption that is a path": Member(*document("reels", [item("r.jpg", title="../../../evil")]), "none of its parts"),
    "a place beyond the poles": Member(
        *document("reels", [item("p.jpg", media_metadata=NOWHERE)]), "none of its parts"
    ),
    "facts of other shapes": Member(
        *document("reels", [item("s.jpg", media_metadata=[1], title=5)]), "none of its parts"
    ),
    "a path that is a list": Member(*document("reels", [{"uri": ["x"], "media": {"uri": 5}}]), None),
}


def here(parts: list[Path], target: Path, *more: str) -> None:
    """As the command does it, in this process."""
    settings = ["model=bicubic", "scale=2", "faithful_below=null", "runtime.engine=local", *more]
    with instagram.opened([str(part) for part in parts], str(target), read(Archive, None, settings)) as library:
        instagram.run(library, quiet=True)


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_members_are_refused_one_by_one(tmp_path: Path, case: str) -> None:
    member = HOSTILE[case]
    (part,) = write_archives(export(POSTS[:1]), tmp_path / "export")
    with zipfile.ZipFile(part, "a") as archive:
        info = zipfile.ZipInfo(member.name)
        info.external_attr, info.compress_type = member.attributes, zipfile.ZIP_DEFLATED
        archive.writestr(info, member.data)
    here([part], tmp_path / "library")
    assert {path.name for path in tmp_path.iterdir()} == {"export", "library"}
    assert not Path("/tmp/evil-deepimage.jpg").exists()
    rows = list(manifest(tmp_path / "library").values())
    assert len(rows) == 1 + (member.said is not None), rows
    assert any(row["status"] == "done" for row in rows)
    said = [f"{row['status']} {row['error_code']} {row['error']}" for row in rows]
    assert sum(text.startswith("done") for text in said) == 1 + (member.said == "done"), said
    assert any((member.said or "") in text for text in said), said
    assert list(verify(str(tmp_path / "library"), None, Recipe())) == []


def test_damaged_and_encrypted_members_cost_themselves_only(tmp_path: Path) -> None:
    (part,) = write_archives(export(POSTS[:3]), tmp_path / "export")
    part.write_bytes(locked(flipped(part.read_bytes(), picture(2)), f"{MEDIA}/old.jpg".encode()))
    here([part], tmp_path / "library")
    verdicts = {
        str(row["external_id"]).rpartition("/")[2]: row["status"] for row in manifest(tmp_path / "library").values()
    }
    others = {"a.jpg": "quarantined", "b.jpg": "done", "c.mp4": "skipped", "old.jpg": "skipped"}
    assert verdicts == {"one.jpg": "done"} | others


def test_a_bomb_costs_nothing(tmp_path: Path) -> None:
    (part,) = write_archives(export(POSTS[:1]), tmp_path / "export")
    with zipfile.ZipFile(part, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{MEDIA}/bomb.jpg", BOMB)
    here([part], tmp_path / "library", "limits.max_bytes=1MB")
    assert {row["error_code"] for row in manifest(tmp_path / "library").values()} == {None, "E_BOMB"}


def flipped(data: bytes, content: bytes) -> bytes:
    """One byte inside the stored `content` is changed: its checksum no longer fits."""
    at = data.index(content) + len(content) // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def locked(data: bytes, name: bytes) -> bytes:
    """The flag of encryption is set for one member, in its local and its central header."""
    changed = bytearray(data)
    for signature, flags, start in ((b"PK\3\4", 6, 30), (b"PK\1\2", 8, 46)):
        at = data.index(signature)
        while data[at + start : at + start + len(name)] != name:
            at = data.index(signature, at + 1)
        changed[at + flags] |= 1
    return bytes(changed)


def zipped(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "cannot be read"),
        (b"PK\x05\x06" + bytes(18), "cannot be read"),
        (b"Rar!\x1a\x07" * 40, "cannot be read"),
        (zipped("big.jpg", picture(1))[:-30], "cannot be read"),
        (zipped("holiday/a.jpg", b"x"), "is no Instagram export"),
        (zipped(f"{DOCUMENTS}/posts_1.json", b"[]"), "has no pictures"),
    ],
)
def test_what_is_no_export_is_said_in_one_line(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=said) as refused:
        here([path], tmp_path / "library")
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "library").exists() or not any((tmp_path / "library").iterdir())
