"""ZipStore: a zip archive, local or remote, read in place and never unpacked.

An archive is untrusted. An entry that is encrypted, linked, doubled, stored over another entry (a zip bomb's trick) or
packed in an unknown way is listed with its problem; what is read stays within its declared size and must match
its checksum. Archives inside archives are not opened.
"""

import functools
import os
import stat
import struct
import weakref
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from lzma import LZMAError
from pathlib import Path

from deepimage.config import Storage
from deepimage.errors import ImageError, StorageError, UsageError
from deepimage.storage.address import path_of, scheme_of, split_chain
from deepimage.storage.failures import blaming, check_limit, shown
from deepimage.storage.store import Entry, Store
from deepimage.storage.uri import open_binary

_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
_DAMAGE = (zipfile.BadZipFile, zlib.error, LZMAError, EOFError, struct.error)
_OPEN_ARCHIVES = 8


class ZipStore(Store):
    """The entries of the archive at `url`: photos.zip, s3://bucket/photos.zip, or zip://folder::photos.zip."""

    def __init__(self, url: str, settings: Storage) -> None:
        """Raises UsageError where the archive's name holds "::", which separates it from its entries."""
        inner, outer = split_chain(url) if scheme_of(url) == "zip" else ("", url)
        self.url = url
        self.settings = settings
        self._archive = str(Path(path_of(outer)).absolute()) if scheme_of(outer) == "file" else outer
        self._prefix = inner.strip("/") and inner.strip("/") + "/"
        if not outer or "::" in self._archive:
            raise UsageError(
                f"{shown(url)}: expected an archive without '::' in its name, as in zip://folder::photos.zip"
            )

    def uri(self, key: str) -> str:
        return f"zip://{self._prefix}{key}::{self._archive}"

    def list(self, prefix: str = "") -> Iterator[Entry]:
        top = self._prefix + (prefix and prefix.rstrip("/") + "/")
        archive = self._open()
        overlapping = _overlapping(archive)
        for info in sorted(archive.infolist(), key=lambda one: one.filename):
            if info.filename.startswith(top) and not info.is_dir():
                key = info.filename.removeprefix(self._prefix)
                problem = _problem(info) or overlapping.get(info.header_offset)
                if archive.NameToInfo[info.filename] is not info:
                    key, problem = f"{key}~{info.header_offset}", "an entry whose name comes again in its archive"
                yield Entry(key, self.uri(key), info.file_size, f"{info.CRC:08x}", problem)

    def read(self, key: str, limit: int | None = None) -> bytes:
        """A damaged entry is the picture's fault: ImageError E_TRUNCATED."""
        info, uri = self._info(key), self.uri(key)
        if info is None:
            raise StorageError(f"cannot read {shown(uri)}: the archive has no such entry")
        check_limit(uri, info.file_size, limit)
        try:
            with blaming("read", uri, (OSError, RuntimeError, NotImplementedError)):
                return self._open().read(info)
        except _DAMAGE as error:
            raise ImageError("E_TRUNCATED", f"damaged in its archive ({error})") from error

    def size(self, key: str) -> int | None:
        info = self._info(key)
        return None if info is None else info.file_size

    def _info(self, key: str) -> zipfile.ZipInfo | None:
        return self._open().NameToInfo.get(self._prefix + key)

    def _open(self) -> zipfile.ZipFile:
        return _open_archive(self._archive, self.settings, os.getpid())


@functools.lru_cache(_OPEN_ARCHIVES)
def _open_archive(archive: str, settings: Storage, pid: int) -> zipfile.ZipFile:
    """One per process: readers in several threads may share it, a parent and its forked child may not."""
    failures = (OSError, zipfile.BadZipFile, struct.error, ValueError)
    with blaming("open the archive", archive, failures), ExitStack() as stack:
        # The file is ours, for ZipFile closes its own when it loses count of readers in several threads.
        opened = zipfile.ZipFile(stack.enter_context(open_binary(archive, settings)))
        weakref.finalize(opened, stack.pop_all().close)
    return opened


def _problem(info: zipfile.ZipInfo) -> str | None:
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a symbolic link in an archive: not followed"
    if info.flag_bits & 1:
        return "encrypted in its archive"
    if info.compress_type not in _METHODS:
        return f"packed by method {info.compress_type}, which is not supported"
    return None


def _overlapping(archive: zipfile.ZipFile) -> dict[int, str]:
    """Offsets of entries that begin before the one before them has ended, with their problem."""
    entries = sorted(archive.infolist(), key=lambda one: one.header_offset)
    problem = "stored over another entry of its archive"
    return {
        second.header_offset: problem
        for first, second in pairwise(entries)
        if first.header_offset + first.compress_size >= second.header_offset
    }
