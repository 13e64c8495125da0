"""SQLite files: several processes may have one open, and each sees a change at once."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from deepimage.errors import UsageError
from deepimage.serving.problems import Problem

P = ParamSpec("P")
T = TypeVar("T")
_BUSY = 5.0  # seconds to wait for another process's write

log = logging.getLogger(__name__)


class Desk:
    """A database with a thread of its own, so that no disk ever holds up the event loop."""

    def __init__(self, db: sqlite3.Connection, name: str) -> None:
        self._db = db
        self._name = name
        self._thread = ThreadPoolExecutor(1, name)

    async def do(self, act: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """`act` in the thread. Raises Problem not-ready where the database fails."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: act(*arguments, **named))
        except sqlite3.Error as error:
            log.error("%s: %s", self._name, error)
            detail = f"the book of {self._name} cannot be read now"
            raise Problem("not-ready", detail, headers={"Retry-After": "5"}) from None

    def close(self) -> None:
        """End the thread, after what it has begun."""
        self._thread.shutdown()
        self._db.close()


def connect(path: Path, schema: str) -> sqlite3.Connection:
    """The file with its tables, made where there is none, for its owner alone. Raises UsageError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        db = sqlite3.connect(path, timeout=_BUSY, isolation_level=None, check_same_thread=False)
        _prepare(db, schema)
    except (OSError, sqlite3.Error) as error:
        raise UsageError(f"{path}: cannot be opened: {error}") from None
    return db


def _prepare(db: sqlite3.Connection, schema: str) -> None:
    """Two that make the file at one moment are in each other's way: this change of mode does not wait by itself."""
    deadline = time.monotonic() + _BUSY
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    db.execute("PRAGMA synchronous = NORMAL")
    db.executescript(schema)


@contextmanager
def change(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, and nobody else's change in between."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
