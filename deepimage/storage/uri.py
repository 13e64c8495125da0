"""Any single address a list may name, as bytes or as a stream.

    /photos/a #1.jpg                  a path: literal, whatever its name holds
    file:///photos/a%20b.jpg          literal if that exists, else percent-decoded
    s3://bucket/a?b#c.jpg             a literal key
    zip://inner/a.jpg::/photos.zip    an entry of an archive at any of these addresses
    https://host/a.jpg?w=1, ...       whatever fsspec reads

An `Entry.uri` is always one of these.
"""

from functools import partial
from io import BufferedReader
from pathlib import Path

from deepimage.config import Storage
from deepimage.errors import StorageError, UsageError
from deepimage.storage.address import path_of, scheme_of, split_bucket, split_chain
from deepimage.storage.failures import blaming, shown
from deepimage.storage.local import read_file
from deepimage.storage.store import Store
from deepimage.storage.stream import buffered


def fetch(uri: str, settings: Storage, limit: int | None = None) -> bytes:
    """All bytes at `uri`. Raises StorageError, or ImageError E_BOMB above `limit` bytes."""
    if scheme_of(uri) == "file":
        return read_file(path_of(uri), limit)
    try:
        store, key = _locate(uri, settings)
    except UsageError as error:  # one bad line of a list must not end a run
        raise StorageError(f"cannot read {shown(uri)}: {error}") from error
    return store.read(key, limit)


def open_binary(uri: str, settings: Storage) -> BufferedReader:
    """A seekable stream of the bytes at `uri`, for what is larger than memory. Raises StorageError."""
    if scheme_of(uri) == "file":
        with blaming("open", uri):
            return Path(path_of(uri)).open("rb")
    store, key = _locate(uri, settings)
    size = store.size(key)
    if size is None:
        raise StorageError(f"cannot open {shown(uri)}: not found")
    return buffered(partial(store.read_range, key), size)


def _locate(uri: str, settings: Storage) -> tuple[Store, str]:
    """The store that holds `uri`, and its key there. Backends are imported when needed, as in Store.open."""
    if scheme_of(uri) == "zip":
        from deepimage.storage.archive import ZipStore

        inner, outer = split_chain(uri)
        return ZipStore(f"zip://::{outer}", settings), inner
    if scheme_of(uri) == "s3":
        from deepimage.storage.bucket import BucketStore

        bucket, key = split_bucket(uri)
        return BucketStore(f"s3://{bucket}", settings), key
    from deepimage.storage.remote import RemoteStore

    return RemoteStore(uri, settings), ""
