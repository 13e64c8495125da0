"""inventory: each input has one row, with a key of its own and a URI that reads it."""

import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from deepimage.config import Storage
from deepimage.storage.bucket import BucketStore
from deepimage.storage.local import LocalStore
from deepimage.storage.schema import INVENTORY
from deepimage.storage.sources import Row, inventory, is_clutter
from deepimage.storage.uri import fetch

from .contract import ODD_NAMES


def _rows(url: str | Path, settings: Storage) -> dict[str, Row]:
    rows = list(inventory(str(url), settings))
    assert all(list(row) == INVENTORY.names for row in rows)
    pa.Table.from_pylist(rows, INVENTORY)
    by_key = {row["input"]: row for row in rows}
    assert len(by_key) == len(rows)
    return by_key


@pytest.mark.parametrize(
    "key", ["a.jpg", "a/b.txt", "no suffix", "../a", "./a", "a/../b", "...", "_x", "a.", "a/Thumbs.dbx"]
)
def test_ordinary_names_are_no_clutter(key: str) -> None:
    assert not is_clutter(key)


@pytest.mark.parametrize(
    "key",
    [
        ".DS_Store",
        "a/.DS_Store",
        ".git/x.jpg",
        "a/._b.jpg",
        "Thumbs.db",
        "a/desktop.ini",
        "__MACOSX/a.jpg",
        "x/@eaDir/a.jpg",
    ],
)
def test_what_systems_leave_is_clutter(key: str) -> None:
    assert is_clutter(key)


def test_a_folder(tmp_path: Path, settings: Storage) -> None:
    store = LocalStore(str(tmp_path), settings)
    for name in [*ODD_NAMES, "sub/note.txt", ".hidden", "_deepimage/summary.json"]:
        store.write(name, name.encode())
    rows = _rows(tmp_path, settings)
    assert "hidden" in rows.pop(".hidden")["problem"]
    assert set(rows) == {*ODD_NAMES, "sub/note.txt"}
    for key, row in rows.items():
        assert fetch(row["uri"], settings) == key.encode()
        assert (row["size"], row["external_id"], row["problem"]) == (len(key.encode()), None, None)


def test_an_archive(tmp_path: Path, settings: Storage) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a/b.jpg", b"1")
        archive.writestr("__MACOSX/a/._b.jpg", b"2")
    rows = _rows(tmp_path / "x.zip", settings)
    assert {key for key, row in rows.items() if row["problem"] is None} == {"a/b.jpg"}
    assert fetch(rows["a/b.jpg"]["uri"], settings) == b"1"


def test_a_list_of_every_kind_of_address(tmp_path: Path, settings: Storage) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "a b%20.jpg").write_bytes(b"12")
    (tmp_path / "lists/c.jpg").write_bytes(b"3")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("in/d.jpg", b"4")
    path = tmp_path / "lists/x.csv"
    path.write_text(
        f"uri,external_id\n{tmp_path}/a b%20.jpg,one\n../a b%20.jpg,two\nfile://{tmp_path}/a b%20.jpg,\nc.jpg,\n"
        f"zip://in/d.jpg::{tmp_path}/x.zip,\ns3://bucket/../k//e.jpg,\nhttps://host/f.jpg?w=1,\n"
    )
    rows = _rows(path, settings)
    top = str(tmp_path).lstrip("/")
    assert list(rows) == [
        f"{top}/a b%20.jpg",
        "a b%20.jpg",
        f"{top}/a b%20~4.jpg",
        "c.jpg",
        f"{top}/x.zip/in/d.jpg",
        "bucket/k/e.jpg",
        "host/f.jpg?w=1",
    ]
    assert [row["external_id"] for row in rows.values()][:3] == ["one", "two", ""]
    contents = [fetch(row["uri"], settings) for row in list(rows.values())[:5]]
    assert contents == [b"12", b"12", b"12", b"3", b"4"]
    assert [row["size"] for row in rows.values()] == [2, 2, 2, 1, -1, -1, -1]
    assert rows["bucket/k/e.jpg"]["uri"] == "s3://bucket/../k//e.jpg"


def test_each_line_has_one_row_whatever_it_says(tmp_path: Path, settings: Storage) -> None:
    (tmp_path / "x.txt").write_bytes(b"a.jpg\n" * 5 + b"a~2.jpg\n..\n/\ncaf\xe9\nnul\0.jpg\nmissing.jpg\n")
    rows = _rows(tmp_path / "x.txt", settings)
    assert list(rows)[:6] == ["a.jpg", "a~2.jpg", "a~3.jpg", "a~4.jpg", "a~5.jpg", "a~2~6.jpg"]
    problems = {key: row["problem"] for key, row in rows.items() if row["problem"]}
    assert problems == {
        "line 7": "a folder, not a file",
        "line 8": "a folder, not a file",
        "caf\\xe9": "the URI is not UTF-8",
    }


def test_empty_cells_are_rows_with_a_problem(tmp_path: Path, settings: Storage) -> None:
    (tmp_path / "x.csv").write_text("n,uri\n1,\n2,\n")
    assert [row["problem"] for row in _rows(tmp_path / "x.csv", settings).values()] == [
        "line 2 of the list names no URI",
        "line 3 of the list names no URI",
    ]


def test_keys_of_a_list_are_the_same_again(tmp_path: Path, settings: Storage) -> None:
    (tmp_path / "x.txt").write_text("\n".join(f"{number % 700}.jpg" for number in range(1000)))
    assert list(inventory(str(tmp_path / "x.txt"), settings)) == list(inventory(str(tmp_path / "x.txt"), settings))


@pytest.mark.s3
def test_a_bucket_and_a_list_in_it(bucket_store: BucketStore, settings: Storage) -> None:
    bucket_store.write("photos/a #1.jpg", b"1")
    bucket_store.write("lists/x.txt", b"../photos/a #1.jpg\nb.jpg\n../../../../../up.jpg\n")
    assert set(_rows(f"{bucket_store.url}/photos", settings)) == {"a #1.jpg"}
    rows = _rows(bucket_store.uri("lists/x.txt"), settings)
    assert list(rows) == ["photos/a #1.jpg", "b.jpg", "up.jpg"]
    assert fetch(rows["photos/a #1.jpg"]["uri"], settings) == b"1"
    assert rows["b.jpg"]["uri"] == bucket_store.uri("lists/b.jpg")
    assert rows["up.jpg"]["uri"].startswith("s3://photos/")
