"""walk: complete, in order, blocked by nothing, with a reason for all that is no file."""

import os
import socket
from pathlib import Path

import pytest

from deepimage.config import Storage
from deepimage.errors import StorageError
from deepimage.storage.listing import walk
from deepimage.storage.local import LocalStore


def _problems(root: Path) -> dict[str, str | None]:
    return {entry.key: entry.problem for entry in walk(f"{root}/")}


def test_what_is_no_file_is_named_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket.jpg"))
        (tmp_path / "folder.jpg").mkdir()
        (tmp_path / "folder.jpg/a.jpg").touch()
        assert _problems(tmp_path) == {
            "folder.jpg/a.jpg": None,
            "pipe.jpg": "a named pipe, not a file",
            "socket.jpg": "a socket, not a file",
        }


def test_devices_are_named() -> None:
    assert {entry.key: entry.problem for entry in walk("/dev/")}["null"] == "a character device, not a file"


def test_links_stay_in_the_tree(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "sub/a.jpg").write_bytes(b"12")
    (tmp_path / "secret").touch()
    for name, target in {
        "inside": "sub/a.jpg",
        "outside": "../secret",
        "folder": "sub",
        "up": "..",
        "broken": "missing",
        "self": "self",
    }.items():
        (root / name).symlink_to(target)
    (root / "sub/loop").symlink_to(root)
    assert _problems(root) == {
        "inside": None,
        "outside": "a symbolic link out of the folder: not followed",
        "folder": "a symbolic link to a folder: not followed",
        "up": "a symbolic link to a folder: not followed",
        "broken": "a symbolic link that leads nowhere",
        "self": "a symbolic link that leads nowhere",
        "sub/a.jpg": None,
        "sub/loop": "a symbolic link to a folder: not followed",
    }
    (inside,) = (entry for entry in walk(f"{root}/") if entry.key == "inside")
    assert inside.size == 2


def test_a_root_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a").touch()
    (tmp_path / "real/b").symlink_to("a")
    (tmp_path / "link").symlink_to("real")
    assert _problems(tmp_path / "link") == {"a": None, "b": None}


def test_names_that_are_not_text_are_escaped(tmp_path: Path) -> None:
    for name in (b"caf\xe9.jpg", b"dir\xff/a.jpg"):
        path = tmp_path / os.fsdecode(name)
        path.parent.mkdir(exist_ok=True)
        path.touch()
    problem = "the name is not UTF-8: rename it"
    assert _problems(tmp_path) == {"caf\\xe9.jpg": problem, "dir\\xff": problem}


def test_a_folder_that_cannot_be_listed_is_an_entry(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):  # to a path longer than any may be
        os.mkdir("x" * 250, dir_fd=here)
        below = os.open("x" * 250, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    (entry,) = walk(f"{tmp_path}/")
    assert entry.problem == "cannot be read: File name too long"


def test_a_tree_deeper_than_python_recurses(tmp_path: Path) -> None:
    (tmp_path / "keep").touch()
    here = tmp_path
    for _ in range(1200):
        here /= "a"
        here.mkdir()
    (here / "photo.jpg").touch()
    try:
        assert [entry.key for entry in walk(f"{tmp_path}/")] == ["a/" * 1200 + "photo.jpg", "keep"]
    finally:
        (here / "photo.jpg").unlink()
        os.removedirs(here)  # for what removes temporary folders recurses


def test_the_top_must_be_there(tmp_path: Path, settings: Storage) -> None:
    with pytest.raises(StorageError, match=r"cannot list .*missing: not found"):
        next(LocalStore(str(tmp_path / "missing"), settings).list())


def test_files_that_vanish_are_left_out(tmp_path: Path) -> None:
    for name in ("a", "b", "c/d"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    listing = walk(f"{tmp_path}/")
    assert next(listing).key == "a"
    (tmp_path / "b").unlink()
    (tmp_path / "c/d").unlink()
    (tmp_path / "c").rmdir()
    assert list(listing) == []
