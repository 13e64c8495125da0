"""ZipStore: an archive that is not to be trusted."""

import struct
import warnings
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deepimage.config import Storage
from deepimage.errors import ImageError, StorageError, UsageError
from deepimage.storage.archive import ZipStore
from deepimage.storage.bucket import BucketStore
from deepimage.storage.store import Store
from deepimage.storage.uri import fetch

from .contract import ODD_NAMES


def _archive(path: Path, contents: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return path


def _problems(store: Store) -> dict[str, str | None]:
    return {entry.key: entry.problem for entry in store.list()}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_entries_round_trip(tmp_path: Path, settings: Storage, method: int) -> None:
    contents = {f"folder/{name}": name.encode() for name in [*ODD_NAMES, "../up.jpg", "/root.jpg", "a//b"]}
    store = Store.open(str(_archive(tmp_path / "a #1?.zip", {"folder/": b"", **contents}, method)), settings)
    assert isinstance(store, ZipStore)
    found = {entry.key: fetch(entry.uri, settings) for entry in store.list()}
    assert found == contents
    assert all(store.read(key) == data and store.size(key) == len(data) for key, data in contents.items())


def test_a_folder_of_an_archive_is_a_root(tmp_path: Path, settings: Storage) -> None:
    path = _archive(tmp_path / "x.zip", {"a/b/1": b"1", "a/bc/2": b"2", "3": b"3"})
    store = Store.open(f"zip://a/b::{path}", settings)
    assert [entry.key for entry in store.list()] == ["1"]
    assert store.read("1") == b"1"
    assert [entry.key for entry in Store.open(f"zip://::{path}", settings).list("a")] == ["a/b/1", "a/bc/2"]


def test_damage_is_the_pictures_fault(tmp_path: Path, settings: Storage) -> None:
    path = _archive(tmp_path / "x.zip", {"good": b"g" * 1000, "bad": b"b" * 1000}, zipfile.ZIP_STORED)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"b" * 100, b"c" * 100, 1))
    store = ZipStore(str(path), settings)
    assert store.read("good") == b"g" * 1000
    with pytest.raises(ImageError) as caught:
        store.read("bad")
    assert caught.value.code == "E_TRUNCATED"


def test_an_entry_never_gives_more_than_it_declares(tmp_path: Path, settings: Storage) -> None:
    path = _archive(tmp_path / "bomb.zip", {"bomb.jpg": bytes(10_000_000)})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):  # local header, central directory
        struct.pack_into("<I", data, data.index(signature) + offset, 1000)
    path.write_bytes(data)
    with pytest.raises(ImageError, match="damaged"):
        ZipStore(str(path), settings).read("bomb.jpg", limit=1000)


def test_declared_size_is_limited(tmp_path: Path, settings: Storage) -> None:
    store = ZipStore(str(_archive(tmp_path / "x.zip", {"a": bytes(1001)})), settings)
    with pytest.raises(ImageError) as caught:
        store.read("a", limit=1000)
    assert caught.value.code == "E_BOMB"


def test_what_cannot_be_read_is_listed_with_its_problem(tmp_path: Path, settings: Storage) -> None:
    path = tmp_path / "x.zip"
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of the double
        archive.writestr(link, "/etc/passwd")
        archive.writestr("twice", b"first")
        archive.writestr("twice", b"second")
        archive.writestr("locked", b"x")
        archive.writestr("odd", b"x")
    data = bytearray(path.read_bytes())
    locked = data.rindex(b"locked") - 46
    struct.pack_into("<H", data, locked + 8, 1)
    odd = data.rindex(b"odd") - 46
    struct.pack_into("<H", data, odd + 10, 99)
    path.write_bytes(data)
    problems = _problems(ZipStore(str(path), settings))
    assert problems.pop("twice") is None
    assert sorted(filter(None, problems.values())) == [
        "a symbolic link in an archive: not followed",
        "an entry whose name comes again in its archive",
        "encrypted in its archive",
        "packed by method 99, which is not supported",
    ]
    with pytest.raises(StorageError, match="cannot read zip://locked"):
        ZipStore(str(path), settings).read("locked")


def test_overlapping_entries_are_refused(tmp_path: Path, settings: Storage) -> None:
    path = _archive(tmp_path / "x.zip", {"a": b"x" * 100, "b": b"y" * 100}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, second + 42, 10)  # its data now begins within the first
    path.write_bytes(data)
    assert _problems(ZipStore(str(path), settings)) == {"a": None, "b": "stored over another entry of its archive"}


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_archive_is_one_line(tmp_path: Path, settings: Storage, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(StorageError, match=r"cannot open the archive .*x.zip: ") as caught:
        next(ZipStore(str(tmp_path / "x.zip"), settings).list())
    assert "\n" not in str(caught.value)


def test_writing_is_refused(tmp_path: Path, settings: Storage) -> None:
    store = ZipStore(str(tmp_path / "x.zip"), settings)
    for action in (lambda: store.write("a", b""), lambda: store.create("a", b""), lambda: store.open_upload("a")):
        with pytest.raises(UsageError, match="can only be read"):
            action()


def test_a_name_that_cannot_be_told_apart_is_refused(settings: Storage) -> None:
    with pytest.raises(UsageError, match="::"):
        Store.open("/a::b.zip", settings)


def test_threads_share_an_archive(tmp_path: Path, settings: Storage) -> None:
    contents = {f"{number}": bytes([number]) * 10_000 for number in range(50)}
    store = ZipStore(str(_archive(tmp_path / "x.zip", contents)), settings)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(store.read, contents)) == list(contents.values())


@pytest.mark.s3
def test_an_archive_in_a_bucket(bucket_store: BucketStore, tmp_path: Path, settings: Storage) -> None:
    contents = {f"a/{number}.jpg": bytes([number]) * 100_000 for number in range(3)}
    bucket_store.write("x #1.zip", _archive(tmp_path / "x.zip", contents, zipfile.ZIP_STORED).read_bytes())
    store = Store.open(bucket_store.uri("x #1.zip"), settings)
    assert {entry.key: fetch(entry.uri, settings) for entry in store.list()} == contents
