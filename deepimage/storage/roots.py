"""What must be true of INPUT and OUTPUT before a run starts; each complaint is one line of UsageError."""

from pathlib import Path

from deepimage.config import Storage
from deepimage.errors import StorageError, UsageError
from deepimage.storage.address import path_of, scheme_of, split_bucket
from deepimage.storage.failures import shown
from deepimage.storage.lists import is_list
from deepimage.storage.local import LocalStore
from deepimage.storage.store import Store, is_archive
from deepimage.storage.uri import open_binary


def check_roots(input_url: str, output_url: str, settings: Storage) -> None:
    """INPUT can be read, OUTPUT written, and neither lies in the other."""
    check_apart(input_url, output_url)
    check_readable(input_url, settings)
    check_writable(output_url, settings)


def check_apart(input_url: str, output_url: str) -> None:
    """A list or an archive may lie in OUTPUT; a folder may not, nor OUTPUT in it: results would become inputs."""
    schemes = {scheme_of(input_url), scheme_of(output_url)}
    if schemes == {"file"}:
        source, target = Path(path_of(input_url)).resolve(), Path(path_of(output_url)).resolve()
        overlap = source.is_dir() and (_contains(source, target) or _contains(target, source))
    elif schemes == {"s3"} and not is_list(input_url) and not is_archive(input_url):
        first, second = _prefix(input_url), _prefix(output_url)
        overlap = first.startswith(second) or second.startswith(first)
    else:
        overlap = False
    if overlap:
        raise UsageError(
            f"INPUT {shown(input_url)} and OUTPUT {shown(output_url)} overlap: give an OUTPUT beside INPUT"
        )


def check_readable(input_url: str, settings: Storage) -> None:
    try:
        if is_list(input_url):
            open_binary(input_url, settings).close()
            return
        store = Store.open(input_url, settings)
        if isinstance(store, LocalStore) and Path(store.url).is_file():
            raise UsageError(
                f"INPUT {shown(input_url)} is one file: give a folder, a .zip, or a list (.parquet, .csv, .txt), "
                "or use `deepimage restore`"
            )
        empty = next(store.list(), None) is None
    except StorageError as error:
        raise UsageError(f"INPUT: {error}") from error
    if empty and not isinstance(store, LocalStore):  # a prefix without objects is a misspelt one
        raise UsageError(f"INPUT: nothing is stored at {shown(input_url)}")


def check_writable(output_url: str, settings: Storage) -> None:
    try:
        Store.open(output_url, settings).probe_conditional()
    except StorageError as error:
        raise UsageError(f"OUTPUT: {error}") from error


def _contains(outer: Path, inner: Path) -> bool:
    """By what the disk says, so that links, mounts and the case of letters do not deceive."""
    return outer.exists() and any(part.exists() and part.samefile(outer) for part in (inner, *inner.parents))


def _prefix(url: str) -> str:
    return "/".join(split_bucket(url)).rstrip("/") + "/"
