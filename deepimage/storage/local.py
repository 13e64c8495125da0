"""LocalStore: a folder. A file appears under its name whole and durable, or not at all.

Written in OUTPUT/_deepimage/tmp (same file system), synced, renamed, and the folder synced: after a power cut
the name leads to the old bytes or to the new ones.
"""

import errno
import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deepimage.config import Storage
from deepimage.errors import StorageError, UsageError
from deepimage.storage.failures import blaming, check_limit, shown
from deepimage.storage.listing import walk
from deepimage.storage.store import OWN, TEMPORARY, Entry, Store

_UNSUPPORTED = {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EPERM}  # hard links or folder sync, on FAT, SMB, FUSE


class LocalStore(Store):
    """The folder at `path`."""

    def __init__(self, path: str, settings: Storage) -> None:
        """Raises UsageError where the path cannot be written down as text."""
        self.url = str(Path(path).absolute())
        self.settings = settings
        if self.url != self.url.encode(errors="replace").decode():
            raise UsageError(f"{shown(self.url)}: the name of the folder is not UTF-8: rename it")

    def uri(self, key: str) -> str:
        return str(self._path(key))

    def list(self, prefix: str = "") -> Iterator[Entry]:
        folder = prefix and prefix.rstrip("/") + "/"
        if folder and not self._path(folder[:-1]).is_dir():
            return
        with blaming("list", self.url):
            yield from walk(self.url.rstrip("/") + "/", folder)

    def read(self, key: str, limit: int | None = None) -> bytes:
        return read_file(self.uri(key), limit)

    def size(self, key: str) -> int | None:
        with blaming("look at", self.uri(key)), suppress(FileNotFoundError, NotADirectoryError):
            return self._path(key).stat().st_size
        return None

    def write(self, key: str, data: bytes) -> None:
        with self.open_upload(key) as temporary:
            temporary.write_bytes(data)

    def create(self, key: str, data: bytes) -> bool:
        with blaming("write", self.uri(key)), self._temporary() as temporary:
            temporary.write_bytes(data)
            return _publish_new(temporary, self._path(key))

    @contextmanager
    def open_upload(self, key: str) -> Iterator[Path]:
        target = self._path(key)
        try:
            with self._temporary() as temporary:
                yield temporary
                _publish(temporary, target)
        except OSError as error:
            if error.errno is None:  # not the system's: a fault of what the caller was writing
                raise
            with blaming("write", str(target)):
                raise

    def delete(self, key: str) -> None:
        with blaming("delete", self.uri(key)):
            self._path(key).unlink(missing_ok=True)

    def sweep_temporary(self) -> int:
        with blaming("sweep", f"{self.url}/{TEMPORARY}"):
            left = [path for path in (Path(self.url) / TEMPORARY).glob("*") if path.is_file()]
            for path in left:
                path.unlink(missing_ok=True)
        return len(left)

    def probe_conditional(self) -> bool:
        key = f"{OWN}/probe-{uuid.uuid4().hex}"
        conditional = self.create(key, b"") and not self.create(key, b"")
        self.delete(key)
        return conditional

    def _path(self, key: str) -> Path:
        """Raises StorageError for a key that would lead out of the folder, or that no file can have."""
        if "\0" in key or any(part in ("", ".", "..") for part in key.split("/")):
            raise StorageError(f"{key!r} cannot name a file below {shown(self.url)}")
        return Path(self.url) / key

    @contextmanager
    def _temporary(self) -> Iterator[Path]:
        path = Path(self.url) / TEMPORARY / uuid.uuid4().hex
        _make_folder(path.parent)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)


def read_file(path: str, limit: int | None = None) -> bytes:
    """The whole of a regular file; never waits on a pipe or a device. Raises StorageError, ImageError E_BOMB."""
    with blaming("read", path, (OSError, ValueError)):  # ValueError is a name that no file can have
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise StorageError(f"cannot read {shown(path)}: not a regular file")
            check_limit(path, status.st_size, limit)
            return file.read()


def _publish(temporary: Path, target: Path) -> None:
    _sync(temporary)
    _make_folder(target.parent)
    temporary.replace(target)
    _sync_folder(target.parent)


def _publish_new(temporary: Path, target: Path) -> bool:
    """Like `_publish`, but False where `target` exists: a hard link, unlike a rename, does not replace."""
    _sync(temporary)
    _make_folder(target.parent)
    try:
        target.hardlink_to(temporary)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
        temporary.replace(target)
    _sync_folder(target.parent)
    return True


def _make_folder(folder: Path) -> None:
    """Make `folder` and its parents, and make their names durable."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        _sync_folder(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    try:
        _sync(folder)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
