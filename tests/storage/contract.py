"""What every store that can be written promises; a subclass gives `store`, and inherits the tests."""

import multiprocessing
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

from deepimage.config import Storage
from deepimage.errors import ImageError, StorageError
from deepimage.storage.store import Entry, Store
from deepimage.storage.uri import fetch, open_binary

ODD_NAMES = [
    "space and  two.jpg",
    "hash#1.jpg",
    "question?versionId=7.jpg",
    "percent%20 100%.jpg",
    "plus+.jpg",
    "quotes'\"`.jpg",
    "back\\slash.jpg",
    "a::b.jpg",
    "glob*[a]?{b}.jpg",
    "~tilde.jpg",
    "-rf",
    " leading and trailing ",
    "trailing.",
    "new\nline\ttab\r.jpg",
    "control\x01\x1b\x7f.jpg",
    "caf\u00e9 composed.jpg",
    "cafe\u0301 decomposed.jpg",
    "\U0001f600 \u202e \u4e2d\u6587.jpg",
    "x" * 200 + ".jpg",
    "CON",
]


def _stream(entry: Entry, settings: Storage) -> bytes:
    with open_binary(entry.uri, settings) as file:
        return file.read()


class StoreContract:
    @pytest.mark.parametrize("data", [b"", b"\x00\xff" * 1000])
    def test_what_is_written_is_read(self, store: Store, data: bytes) -> None:
        store.write("a/b/photo.jpg", b"before")
        store.write("a/b/photo.jpg", data)
        assert store.read("a/b/photo.jpg") == data
        assert store.size("a/b/photo.jpg") == len(data)

    def test_any_name_round_trips(self, store: Store) -> None:
        contents = {f"in {name}/{name}": name.encode() for name in ODD_NAMES}
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(store.write, contents, contents.values()))
            entries = list(store.list())
            read = pool.map(lambda entry: store.read(entry.key), entries)
            fetched = pool.map(lambda entry: fetch(entry.uri, store.settings), entries)
            streamed = pool.map(lambda entry: _stream(entry, store.settings), entries)
            expected = sorted(contents.items())
            for found in (read, fetched, streamed):
                assert list(zip((entry.key for entry in entries), found, strict=True)) == expected
            list(pool.map(store.delete, contents))
        assert list(store.list()) == []

    @pytest.mark.parametrize("name", ODD_NAMES[:5])
    def test_uploads_take_any_name(self, store: Store, name: str) -> None:
        with store.open_upload(name) as temporary:
            temporary.write_bytes(b"new")
        assert store.read(name) == b"new"

    def test_listing_is_in_the_order_of_utf8_keys(self, store: Store) -> None:
        keys = ["b", "a/z", "a/b/c", "a b", "a.jpg", "a!", "ab", "B", "\u00e9", "\U0001f600", "\uffee", "a/\u00e9/x"]
        for key in keys:
            store.write(key, b"x")
        assert [entry.key for entry in store.list()] == sorted(keys, key=str.encode)

    def test_a_prefix_is_a_folder(self, store: Store) -> None:
        for key in ("a/1", "a/2/3", "ab/4", "b"):
            store.write(key, b"x")
        assert [entry.key for entry in store.list("a")] == [entry.key for entry in store.list("a/")] == ["a/1", "a/2/3"]
        assert list(store.list("missing")) == []

    def test_the_version_tells_a_changed_file(self, store: Store) -> None:
        store.write("a", b"one")
        (before,) = store.list()
        store.write("a", b"two")
        (after,) = store.list()
        assert before.version
        assert before.version != after.version

    def test_create_never_replaces(self, store: Store) -> None:
        assert store.probe_conditional()
        assert store.create("a/b", b"first")
        assert not store.create("a/b", b"second")
        assert store.read("a/b") == b"first"

    def test_probe_leaves_nothing(self, store: Store) -> None:
        store.probe_conditional()
        assert list(store.list()) == []

    def test_an_upload_is_invisible_until_it_is_whole(self, store: Store) -> None:
        with store.open_upload("a/large.tiff") as temporary:
            temporary.write_bytes(b"half")
            assert not store.exists("a/large.tiff")
            temporary.write_bytes(b"whole")
        assert store.read("a/large.tiff") == b"whole"

    def test_an_upload_that_fails_leaves_what_was_there(self, store: Store) -> None:
        store.write("a", b"old")
        with pytest.raises(ZeroDivisionError), store.open_upload("a") as temporary:  # noqa: PT012
            temporary.write_bytes(b"half")
            raise ZeroDivisionError
        assert store.read("a") == b"old"
        assert [entry.key for entry in store.list()] == ["a"]

    def test_delete_may_be_repeated(self, store: Store) -> None:
        store.write("a", b"x")
        store.delete("a")
        store.delete("a")
        assert store.size("a") is None

    def test_sweeping_keeps_what_is_published(self, store: Store) -> None:
        store.write("a", b"x")
        assert store.sweep_temporary() == 0
        assert store.read("a") == b"x"

    def test_a_missing_file_is_one_line_that_names_it(self, store: Store) -> None:
        with pytest.raises(StorageError, match="not found") as caught:
            store.read("no such\n.jpg")
        assert str(caught.value).count("\n") == 0
        assert "no such\\n.jpg" in str(caught.value)

    def test_more_bytes_than_the_limit_are_not_read(self, store: Store) -> None:
        store.write("a", b"12345")
        assert store.read("a", limit=5) == b"12345"
        with pytest.raises(ImageError) as caught:
            store.read("a", limit=4)
        assert caught.value.code == "E_BOMB"

    def test_a_range_is_a_slice(self, store: Store) -> None:
        store.write("a", bytes(range(100)))
        assert store.read_range("a", 10, 20) == bytes(range(10, 20))

    def test_it_pickles_and_serves_threads(self, store: Store) -> None:
        copy = pickle.loads(pickle.dumps(store))
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: copy.write(f"{number}", bytes([number])), range(16)))
            assert list(pool.map(lambda number: store.read(f"{number}"), range(16))) == [bytes([n]) for n in range(16)]

    def test_it_works_in_a_forked_child(self, store: Store) -> None:
        store.write("a", b"x")
        with multiprocessing.get_context("fork").Pool(1) as pool:
            assert pool.apply_async(store.read, ["a"]).get(30) == b"x"
