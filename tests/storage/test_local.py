"""LocalStore: the contract, and what only a disk can do wrong."""

import os
import resource
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deepimage.config import Storage
from deepimage.errors import StorageError, UsageError
from deepimage.storage.local import LocalStore, read_file

from .contract import StoreContract


@pytest.fixture
def store(tmp_path: Path, settings: Storage) -> LocalStore:
    return LocalStore(str(tmp_path / "root"), settings)


class TestContract(StoreContract):
    pass


def test_one_of_many_creators_wins(store: LocalStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda number: store.create("a", bytes([number])), range(8)))
    assert won.count(True) == 1
    assert store.read("a") == bytes([won.index(True)])


@pytest.mark.parametrize("key", ["", "/etc/x", "../x", "a/../../x", "a/./b", "a//b", "a/", "nul\0"])
def test_no_key_leads_out_of_the_folder(store: LocalStore, key: str) -> None:
    with pytest.raises(StorageError, match="cannot name a file"):
        store.write(key, b"x")


def test_a_killed_writer_leaves_no_half_file(store: LocalStore) -> None:
    store.write("a.tiff", b"old")
    code = (
        "import sys, os, signal; from deepimage.config import Storage; from deepimage.storage.local import LocalStore\n"
        "with LocalStore(sys.argv[1], Storage()).open_upload('a.tiff') as temporary:\n"
        "    temporary.write_bytes(b'half'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code, store.url]).returncode == -signal.SIGKILL
    assert store.read("a.tiff") == b"old"
    assert store.sweep_temporary() == 1
    assert [entry.key for entry in store.list()] == ["a.tiff"]


def test_a_full_disk_is_the_stores_fault_and_leaves_nothing(store: LocalStore) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(StorageError, match=r"cannot write .*photo.png: File too large"):
            store.write("photo.png", b"x" * 2000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(store.list()) == []


def test_an_error_of_what_is_written_is_not_the_stores(store: LocalStore) -> None:
    with pytest.raises(OSError, match="image file is truncated") as caught, store.open_upload("a"):
        raise OSError("image file is truncated")
    assert not isinstance(caught.value, StorageError)


def test_a_file_in_the_place_of_a_folder_is_named(store: LocalStore) -> None:
    store.write("a", b"x")
    with pytest.raises(StorageError, match="a file stands where a folder is needed"):
        store.write("a/b", b"x")


def test_a_name_too_long_is_one_line(store: LocalStore) -> None:
    with pytest.raises(StorageError, match="File name too long"):
        store.write("x" * 300, b"x")


def test_new_files_have_the_usual_permissions(store: LocalStore) -> None:
    mask = os.umask(0o022)
    try:
        store.write("a", b"x")
    finally:
        os.umask(mask)
    assert Path(store.uri("a")).stat().st_mode & 0o777 == 0o644


def test_reading_never_waits(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        for path in (tmp_path / "pipe", tmp_path / "socket", tmp_path, Path("/dev/zero")):
            with pytest.raises(StorageError, match="cannot read"):
                read_file(str(path))


def test_a_root_that_is_not_text_is_refused(settings: Storage) -> None:
    with pytest.raises(UsageError, match="UTF-8"):
        LocalStore(os.fsdecode(b"/tmp/\xff"), settings)
