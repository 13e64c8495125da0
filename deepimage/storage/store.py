"""Store: a folder, a bucket prefix or an archive, as keys and bytes.

    LocalStore    folder, file:///folder               read and write
    BucketStore   s3://bucket/prefix                   read and write
    ZipStore      photos.zip, zip://inner::photos.zip  read
    RemoteStore   any other fsspec URL                 read

A store holds its address and settings only: it pickles, travels to workers and is safe to share between threads;
connections are made per process, on first use. Every failure is a StorageError of one line.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from deepimage.config import Storage
from deepimage.errors import UsageError
from deepimage.storage.address import path_of, scheme_of

OWN = "_deepimage"  # the folder under a root that holds what is not a picture
TEMPORARY = f"{OWN}/tmp"


class Entry(NamedTuple):
    """One thing in a store."""

    key: str  # path below the root, "/" between folders
    uri: str  # what `uri.fetch` takes
    size: int = -1  # bytes; -1 unknown
    version: str | None = None  # changes when the content may have: mtime, etag or checksum
    problem: str | None = None  # why it is no readable file; else None


class Store(ABC):
    """Keys and bytes below one root. What writes raises UsageError where the store can only be read."""

    url: str
    settings: Storage

    @staticmethod
    def open(url: str, settings: Storage) -> "Store":
        """The store at `url`; nothing is contacted yet. Raises UsageError for an address that no store can have.

        A local file or an object named *.zip is opened as an archive.
        """
        # Backends know this module, and the S3 client takes half a second to import: each is imported when needed.
        scheme = scheme_of(url)
        if is_archive(url):
            from deepimage.storage.archive import ZipStore

            return ZipStore(url, settings)
        if scheme == "file":
            from deepimage.storage.local import LocalStore

            return LocalStore(path_of(url), settings)
        if scheme == "s3":
            from deepimage.storage.bucket import BucketStore

            return BucketStore(url, settings)
        from deepimage.storage.remote import RemoteStore

        return RemoteStore(url, settings)

    @abstractmethod
    def uri(self, key: str) -> str:
        """Where `key` is, for `uri.fetch`."""

    @abstractmethod
    def list(self, prefix: str = "") -> Iterator[Entry]:
        """Everything below the folder `prefix`, as a stream in the order of UTF-8 keys; a missing folder is empty."""

    @abstractmethod
    def read(self, key: str, limit: int | None = None) -> bytes:
        """The whole content, never a part of it. Raises ImageError E_BOMB, unread, above `limit` bytes."""

    def read_range(self, key: str, start: int, stop: int) -> bytes:
        """Bytes `start` to `stop` of a long file."""
        return self.read(key)[start:stop]

    @abstractmethod
    def size(self, key: str) -> int | None:
        """Bytes of `key`; None where nothing stands there."""

    def exists(self, key: str) -> bool:
        return self.size(key) is not None

    def write(self, key: str, data: bytes) -> None:
        """Put `data` under `key`, replacing what stood there: whole and durable, or not at all."""
        raise self._read_only()

    def create(self, key: str, data: bytes) -> bool:
        """Like `write`, but False where something stands already (perhaps by a try of ours whose answer was lost).

        No lock: a store that knows no such condition writes in any case and answers True, and some (OpenStack Swift)
        let all win who come at the same instant.
        """
        raise self._read_only()

    def open_upload(self, key: str) -> AbstractContextManager[Path]:
        """A temporary path to fill; published under `key` when the block ends well, removed when it does not."""
        raise self._read_only()

    def delete(self, key: str) -> None:
        """Remove `key`; nothing happens where nothing stands."""
        raise self._read_only()

    def sweep_temporary(self) -> int:
        """Remove what killed writers left behind, and count it; for when nobody else writes below this root."""
        raise self._read_only()

    def probe_conditional(self) -> bool:
        """Whether `create` is conditional here; tried on a tiny object, so it proves that writing works, too.

        The answer travels with the store: probe before sending it to workers.
        """
        raise self._read_only()

    def _read_only(self) -> UsageError:
        return UsageError(f"{self.url} can only be read: give a folder or s3://bucket/prefix to write to")


def is_archive(url: str) -> bool:
    """Whether `url` names a zip archive, or a folder in one."""
    if scheme_of(url) == "file" and Path(path_of(url)).is_dir():
        return False
    return scheme_of(url) == "zip" or url.lower().endswith(".zip")
