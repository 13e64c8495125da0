"""INPUT as a stream of inventory rows: a folder, bucket or archive listing, or a list file of URIs.

Every file is an input, so that a stray document becomes a row that says so. What systems leave beside pictures (names
that begin with a dot, thumbnail caches) is a row with a problem; only the records of a former run are no input at all.

A row of a list is keyed by its URI: relative as it is written, else without the scheme, in either case without "..".
A key that came before gets its line number added, so each line has one row.
"""

import hashlib
import struct
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from deepimage.config import Storage
from deepimage.storage.address import is_absolute, path_of, scheme_of, split_chain
from deepimage.storage.listing import describe
from deepimage.storage.lists import Line, is_list, read_list
from deepimage.storage.store import OWN, Entry, Store

Row = dict[str, Any]
_CLUTTER = {"thumbs.db", "desktop.ini", "__macosx", "@eadir"}
_CLUTTERED = "hidden, or left by a system beside pictures"


def inventory(url: str, settings: Storage) -> Iterator[Row]:
    """One row, with the columns of schema.INVENTORY, for each input at `url`; keys are unique.

    Raises UsageError for what is no such list, StorageError where the listing breaks off.
    """
    if is_list(url):
        yield from _listed(url, settings)
        return
    for entry in Store.open(url, settings).list():
        if OWN not in entry.key.split("/"):
            yield _row(entry._replace(problem=_CLUTTERED) if is_clutter(entry.key) else entry, None)


def is_clutter(key: str) -> bool:
    """Whether `key` is hidden, or what systems leave beside pictures."""
    return any(part.lower() in _CLUTTER or (part[:1] == "." and part.strip(".")) for part in key.split("/"))


class _Seen:
    """Which keys were given out, in fixed memory (a Bloom filter, Bloom 1970, of 4 bits a key in 64 MiB).

    A false alarm, one in 10 million keys among the first million, only makes a key longer.
    """

    def __init__(self) -> None:
        self._bits = bytearray(1 << 26)

    def add(self, key: str) -> bool:
        """False where `key` was added before, or may have been. The same in every process."""
        new = False
        for word in struct.unpack("4I", hashlib.blake2b(key.encode(), digest_size=16).digest()):
            byte, bit = word >> 6, 1 << (word & 7)
            new |= not self._bits[byte] & bit
            self._bits[byte] |= bit
        return new


def _listed(url: str, settings: Storage) -> Iterator[Row]:
    folder = _folder_of(url)
    seen = _Seen()
    for line in read_list(url, settings):
        entry = _entry(line, folder)
        key = entry.key
        while not seen.add(key):
            key = str(PurePosixPath(key).with_stem(f"{PurePosixPath(key).stem}~{line.number}"))
        yield _row(entry._replace(key=key), line.external_id)


def _entry(line: Line, folder: str) -> Entry:
    uri = line.uri.encode(errors="surrogateescape").decode(errors="backslashreplace")
    key = _key_of(uri) or f"line {line.number}"
    if uri != line.uri:
        return Entry(key, uri, problem="the URI is not UTF-8")
    if not uri.strip():
        return Entry(key, uri, problem=f"line {line.number} of the list names no URI")
    uri = _absolute(uri, folder)
    if scheme_of(uri) == "file":
        try:
            return describe(key, uri, Path(path_of(uri)).stat())
        except (OSError, ValueError):
            pass  # whoever fetches it will say why it cannot be read
    return Entry(key, uri)


def _key_of(uri: str) -> str:
    if scheme_of(uri) == "zip":
        inner, outer = split_chain(uri)
        return f"{_key_of(outer)}/{_key_of(inner)}"
    path = uri.partition("://")[2] or uri
    return "/".join(part for part in path.split("/") if part not in ("", ".", ".."))


def _folder_of(url: str) -> str:
    """What relative URIs are relative to: ends in "/"."""
    url = str(Path(path_of(url)).absolute()) if scheme_of(url) == "file" else url
    return url[: url.rfind("/") + 1]


def _absolute(uri: str, folder: str) -> str:
    if is_absolute(uri):
        return uri
    while uri.startswith("../") and folder.count("/") > 3 and scheme_of(folder) != "file":
        uri, folder = uri[3:], folder[: folder[:-1].rfind("/") + 1]  # a disk does this itself, along its links
    return folder + uri


def _row(entry: Entry, external_id: str | None) -> Row:
    return {
        "input": entry.key,
        "uri": entry.uri,
        "size": entry.size,
        "version": entry.version,
        "external_id": external_id,
        "problem": entry.problem,
    }
