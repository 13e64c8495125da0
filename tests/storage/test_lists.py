"""Lists: what spreadsheets, shells and Spark write."""

import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deepimage.config import Storage
from deepimage.errors import UsageError
from deepimage.storage.bucket import BucketStore
from deepimage.storage.lists import is_list, read_list


def _read(path: Path, content: bytes, settings: Storage) -> list[tuple[str, str | None]]:
    path.write_bytes(content)
    return [(line.uri, line.external_id) for line in read_list(str(path), settings)]


def test_a_list_is_known_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert is_list("s3://b/List.CSV")
    assert is_list("/x/a.parquet")
    assert not is_list(str(tmp_path / "folder.csv"))
    assert not is_list("/photos")


@pytest.mark.parametrize(
    "content",
    [
        b"uri,external_id\na.jpg,7\nb c.jpg,\n",
        b"\xef\xbb\xbfURI ,External_ID\r\na.jpg,7\r\nb c.jpg,\r\n",
        b"x;external_id;url\n1;7;a.jpg\n2;;b c.jpg\n",
        b'path\texternal_id\n"a.jpg"\t7\n\nb c.jpg\t',
        "uri,external_id\na.jpg,7\nb c.jpg,\n".encode("utf-16"),
    ],
)
def test_tables_of_text(tmp_path: Path, settings: Storage, content: bytes) -> None:
    assert _read(tmp_path / "x.csv", content, settings) == [("a.jpg", "7"), ("b c.jpg", "")]


def test_quoted_cells_keep_what_they_hold(tmp_path: Path, settings: Storage) -> None:
    content = 'uri\n"a,b ""c"".jpg"\n"two\nlines.jpg"\né.jpg\n'.encode()
    assert [uri for uri, _ in _read(tmp_path / "x.csv", content, settings)] == [
        'a,b "c".jpg',
        "two\nlines.jpg",
        "é.jpg",
    ]


def test_empty_cells_are_lines(tmp_path: Path, settings: Storage) -> None:
    assert _read(tmp_path / "x.csv", b"n,uri\n1,a\n2,\n3\n", settings) == [("a", None), ("", None), ("", None)]


def test_uri_goes_before_url_and_path(tmp_path: Path, settings: Storage) -> None:
    assert _read(tmp_path / "x.csv", b"path,url,uri\n1,2,3\n", settings) == [("3", None)]


def test_lines_of_text(tmp_path: Path, settings: Storage) -> None:
    content = b"# photos\na.jpg\r\n\n  \n b #1.jpg \n./#c.jpg\ncaf\xe9.jpg\nd\xe2\x80\xa8e.jpg"
    uris = [uri for uri, _ in _read(tmp_path / "x.txt", content, settings)]
    assert uris == ["a.jpg", " b #1.jpg ", "./#c.jpg", "caf\udce9.jpg", "d\u2028e.jpg"]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_parquet(tmp_path: Path, settings: Storage, kind: pa.DataType) -> None:
    table = pa.table({"Path": pa.array(["a.jpg", None], kind), "external_id": [7, 8], "x": [1.0, 2.0]})
    pq.write_table(table, tmp_path / "x.parquet")
    lines = list(read_list(str(tmp_path / "x.parquet"), settings))
    assert [tuple(line) for line in lines] == [(1, "a.jpg", "7"), (2, "", "8")]


@pytest.mark.parametrize("name", ["x.csv", "x.parquet"])
def test_a_list_without_the_column_names_those_it_has(tmp_path: Path, settings: Storage, name: str) -> None:
    (tmp_path / "x.csv").write_text("name,size\na,1\n")
    pq.write_table(pa.table({"name": ["a"], "size": [1]}), tmp_path / "x.parquet")
    with pytest.raises(UsageError, match="expected a column uri, url or path; found: name, size"):
        next(read_list(str(tmp_path / name), settings))


@pytest.mark.parametrize("name", ["x.csv", "x.parquet"])
def test_what_is_no_list_is_one_line(tmp_path: Path, settings: Storage, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    with pytest.raises(UsageError) as caught:
        next(read_list(str(tmp_path / name), settings))
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_quote_left_open_does_not_swallow_the_list(tmp_path: Path, settings: Storage) -> None:
    with pytest.raises(UsageError, match="not a readable csv list"):
        _read(tmp_path / "x.csv", b'uri\n"a.jpg\n' + b"b.jpg\n" * 50_000, settings)


@pytest.mark.parametrize(("name", "content"), [("x.txt", b""), ("x.csv", b"uri\n")])
def test_empty_lists(tmp_path: Path, settings: Storage, name: str, content: bytes) -> None:
    assert _read(tmp_path / name, content, settings) == []


@pytest.mark.parametrize("suffix", ["parquet", "csv", "txt"])
def test_a_long_list_takes_little_memory(tmp_path: Path, settings: Storage, suffix: str) -> None:
    path, count = tmp_path / f"x.{suffix}", 100_000
    uris = [f"s3://bucket/folder/photo {number:09}.jpg" for number in range(count)]
    if suffix == "parquet":
        pq.write_table(pa.table({"uri": uris}), path)
    else:
        path.write_text("uri\n" * (suffix == "csv") + "\n".join(uris))
    del uris
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_list(str(path), settings)) == count
        assert tracemalloc.get_traced_memory()[1] < 6e6  # all lines would take 13 MB
    finally:
        tracemalloc.stop()


@pytest.mark.s3
def test_a_list_in_a_bucket(bucket_store: BucketStore, tmp_path: Path, settings: Storage) -> None:
    pq.write_table(pa.table({"uri": ["a.jpg"] * 10_000}), tmp_path / "x.parquet")
    bucket_store.write("list #1.parquet", (tmp_path / "x.parquet").read_bytes())
    assert sum(1 for _ in read_list(bucket_store.uri("list #1.parquet"), settings)) == 10_000
