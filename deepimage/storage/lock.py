"""One run at a time may write to an OUTPUT: a lock that dies with its process."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deepimage.errors import UsageError
from deepimage.storage.local import LocalStore
from deepimage.storage.store import OWN, Store


@contextmanager
def exclusive(store: Store) -> Iterator[None]:
    """Hold `store` for writing. Raises UsageError while another process holds it.

    Only folders can be locked; on an object store two runs would do work twice, to the same bytes.
    """
    if not isinstance(store, LocalStore):
        yield
        return
    path = Path(store.url) / OWN / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"OUTPUT {store.url}: another run is writing there; wait for it or stop it") from None
        yield
