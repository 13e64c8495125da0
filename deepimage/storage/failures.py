"""What goes wrong in storage: said in one line, and tried again where it may pass.

A failure that a second try may cure is waited out here; whatever remains becomes one StorageError.
"""

import errno
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from deepimage.errors import ImageError, StorageError

LONGEST_WAIT = 20.0  # seconds between two tries
ADVICE = {
    errno.ENOSPC: "no space left: free some, then run the same command again",
    errno.EDQUOT: "the disk quota is used up: free some, then run the same command again",
    errno.EROFS: "the file system is read-only",
    errno.EEXIST: "a file stands where a folder is needed",
    errno.EMFILE: "too many open files: raise `ulimit -n`",
    errno.EXDEV: "the folder is on another file system than the root of its store",
}

T = TypeVar("T")


@contextmanager
def blaming(action: str, uri: str, failures: tuple[type[Exception], ...] = (OSError,)) -> Iterator[None]:
    """Turn `failures` into StorageError("cannot {action} {uri}: {cause}")."""
    try:
        yield
    except failures as error:
        raise StorageError(f"cannot {action} {shown(uri)}: {cause(error)}") from error


def shown(text: str) -> str:
    """`text` fit for one line: control characters and stray bytes escaped."""
    return text if text.isprintable() else repr(text)[1:-1]


def cause(error: Exception) -> str:
    """Why `error` happened, in one line."""
    number = error.errno if isinstance(error, OSError) else None
    if number in ADVICE:
        return ADVICE[number]
    text = shown(" ".join((getattr(error, "strerror", None) or str(error) or type(error).__name__).split()))
    if isinstance(error, FileNotFoundError):
        return f"not found ({text.rstrip('.')})"
    if isinstance(error, PermissionError):
        return f"access denied ({text.rstrip('.')})"
    if isinstance(error, TimeoutError):
        return f"no answer in time ({text})"
    return text


def check_limit(uri: str, size: int | None, limit: int | None) -> None:
    """Raises ImageError E_BOMB when `size` bytes are more than `limit`; None is unknown, or no limit."""
    if limit is not None and size is not None and size > limit:
        raise ImageError("E_BOMB", f"{shown(uri)} has {size:,} bytes, more than limits.max_bytes = {limit:,}")


def may_pass(error: Exception) -> bool:
    """Whether the connection failed, rather than the request."""
    return isinstance(error, ConnectionError | TimeoutError)


def retrying(action: Callable[[], T], retries: int, passing: Callable[[Exception], bool] = may_pass) -> T:
    """`action()`, up to `retries` times more while its failure may pass; waits double, with full jitter."""
    for attempt in range(retries):
        try:
            return action()
        except Exception as error:
            if not passing(error):
                raise
            time.sleep(random.uniform(0, min(LONGEST_WAIT, 2**attempt)))
    return action()
