"""RemoteStore: anything fsspec reads, here a web server and a tar file."""

import functools
import http.server
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from deepimage.config import Storage
from deepimage.errors import ImageError, StorageError
from deepimage.storage.remote import RemoteStore
from deepimage.storage.store import Store
from deepimage.storage.uri import fetch, open_binary


class _Web(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; a path /busy/N answers 503 N times before that."""

    refusals: dict[str, int] = {}  # noqa: RUF012

    def do_GET(self) -> None:
        top, _, name = self.path.lstrip("/").partition("/")
        if top == "busy":
            count, _, name = name.partition("/")
            self.refusals[self.path] = self.refusals.get(self.path, 0) + 1
            if self.refusals[self.path] <= int(count):
                self.send_error(503)
                return
            self.path = f"/{name}"
        super().do_GET()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    handler = functools.partial(_Web, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_web(tmp_path: Path, web: str, settings: Storage) -> None:
    (tmp_path / "a b::c.jpg").write_bytes(b"12345")
    assert fetch(f"{web}/a%20b::c.jpg?w=1", settings) == b"12345"
    with pytest.raises(ImageError):
        fetch(f"{web}/a%20b::c.jpg", settings, limit=4)
    with pytest.raises(StorageError, match=r"cannot read http.*missing.jpg: not found"):
        fetch(f"{web}/missing.jpg", settings)


def test_a_busy_server_is_asked_again(tmp_path: Path, web: str, settings: Storage) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")
    assert fetch(f"{web}/busy/2/a.jpg", settings) == b"x"
    with pytest.raises(StorageError, match="503"):
        fetch(f"{web}/busy/9/a.jpg", Storage(retries=1))


def test_a_server_without_ranges_is_not_taken_for_one(tmp_path: Path, web: str, settings: Storage) -> None:
    (tmp_path / "list.txt").write_bytes(b"x" * 100)
    with pytest.raises(StorageError, match="does not serve ranges"):
        RemoteStore(f"{web}/list.txt", settings).read_range("", 10, 20)
    with open_binary(f"{web}/list.txt", settings) as file:
        assert file.read() == b"x" * 100


def test_a_server_that_is_not_there(settings: Storage) -> None:
    with pytest.raises(StorageError, match="cannot read http://127"):
        fetch("http://127.0.0.1:9/a.jpg", Storage(retries=0))


def test_a_chain_is_listed_in_order_and_read(tmp_path: Path, settings: Storage) -> None:
    for name in ("b.jpg", "a/z.jpg", "a b/x.jpg", "a/b/c.jpg"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        archive.add(tmp_path / "in", "in")
    store = Store.open(f"tar://in::{tmp_path}/x.tar", settings)
    entries = list(store.list())
    assert [entry.key for entry in entries] == ["a b/x.jpg", "a/b/c.jpg", "a/z.jpg", "b.jpg"]
    assert [entry.key for entry in store.list("a")] == ["a/b/c.jpg", "a/z.jpg"]
    for entry in entries:
        assert fetch(entry.uri, settings) == store.read(entry.key) == entry.key.encode()
        assert entry.size == store.size(entry.key) == len(entry.key)
    assert store.size("missing") is None
