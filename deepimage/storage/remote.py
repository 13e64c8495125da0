"""RemoteStore: whatever else fsspec can list and read (https, gs, az, tar://inner::outer), read only.

Writing is left to the stores whose way to publish a whole object at once is known and tested here.
"""

from collections.abc import Iterator
from typing import Any

import aiohttp
import fsspec
from fsspec.core import url_to_fs

from deepimage.config import Storage
from deepimage.errors import StorageError, UsageError
from deepimage.storage.address import scheme_of
from deepimage.storage.failures import blaming, check_limit, retrying
from deepimage.storage.store import Entry, Store

ANY = (Exception,)  # each of fsspec's backends has exceptions of its own


class RemoteStore(Store):
    """What stands below `url`, or at `url` itself under the key ""."""

    def __init__(self, url: str, settings: Storage) -> None:
        """Raises UsageError where fsspec knows no such scheme."""
        self.url = url
        self.settings = settings
        if scheme_of(url) not in fsspec.available_protocols():
            raise UsageError(f"{url}: no store is known for {scheme_of(url)}://")

    def uri(self, key: str) -> str:
        """Keys go into the first link of a chain."""
        first, chain, rest = self.url.partition("::")
        return f"{first.rstrip('/')}/{key}{chain}{rest}" if key else self.url

    def list(self, prefix: str = "") -> Iterator[Entry]:
        with blaming("list", self.url, ANY):
            system, top = self._open("")
            top = top.rstrip("/")
            stack = [iter(_folder(system, f"{top}/{prefix}".rstrip("/")))]
            while stack:
                found = next(stack[-1], None)
                if found is None:
                    stack.pop()
                elif found["type"] == "directory":
                    stack.append(iter(_folder(system, found["name"])))
                else:
                    yield self._entry(found, found["name"].removeprefix(top).lstrip("/"))

    def read(self, key: str, limit: int | None = None) -> bytes:
        uri = self.uri(key)
        if limit is not None:
            check_limit(uri, self.size(key), limit)
        with blaming("read", uri, ANY):
            system, path = self._open(key)
            return retrying(lambda: system.cat_file(path), self.settings.retries, _may_pass)

    def read_range(self, key: str, start: int, stop: int) -> bytes:
        with blaming("read", self.uri(key), ANY):
            system, path = self._open(key)
            data: bytes = retrying(lambda: system.cat_file(path, start, stop), self.settings.retries, _may_pass)
        if len(data) != stop - start:
            raise StorageError(f"cannot read {self.uri(key)}: the server does not serve ranges")
        return data

    def size(self, key: str) -> int | None:
        with blaming("look at", self.uri(key), ANY):
            system, path = self._open(key)
            try:
                return retrying(lambda: system.size(path), self.settings.retries, _may_pass)
            except FileNotFoundError:
                return None

    def _open(self, key: str) -> tuple[Any, str]:
        """The file system and the path in it; an http address is one whole, even with "::" in it."""
        uri = self.uri(key)
        if scheme_of(uri) not in ("http", "https"):
            return url_to_fs(uri)
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=self.settings.connect_seconds, sock_read=self.settings.read_seconds
        )
        return fsspec.filesystem("http", client_kwargs={"timeout": timeout}), uri

    def _entry(self, found: dict[str, Any], key: str) -> Entry:
        size = found.get("size")
        version = next((found[name] for name in ("ETag", "etag", "mtime", "LastModified") if found.get(name)), None)
        return Entry(key, self.uri(key), -1 if size is None else int(size), version and str(version))


def _folder(system: Any, path: str) -> list[dict[str, Any]]:
    """One folder's contents in the order of whole keys."""
    return sorted(system.ls(path, detail=True), key=lambda one: one["name"] + "/" * (one["type"] == "directory"))


def _may_pass(error: Exception) -> bool:
    status = getattr(error, "status", None)  # an HTTP answer
    if status is not None:
        return status in (408, 429) or status >= 500
    return isinstance(error, ConnectionError | TimeoutError | aiohttp.ClientError)
