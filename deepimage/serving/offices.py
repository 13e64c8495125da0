"""The office of a service: the one owner of its keys, jobs and results."""

import asyncio
import fcntl
import os
from pathlib import Path

from deepimage.errors import UsageError
from deepimage.serving.config import Serving
from deepimage.serving.database import Desk, connect
from deepimage.serving.jobs.book import Book, Request, Submitted
from deepimage.serving.jobs.files import Files
from deepimage.serving.jobs.job import Job, Page, Status
from deepimage.serving.jobs.news import News
from deepimage.serving.jobs.runner import Runner
from deepimage.serving.jobs.sweeper import Sweeper
from deepimage.serving.jobs.table import SCHEMA, Table
from deepimage.serving.jobs.webhooks import WAITS, Webhooks
from deepimage.serving.keys import Allowance, Caller, KeyBook
from deepimage.serving.order import Order, Result, Workshop


class Office:
    """At work between `async with`; what it takes and gives can travel to another process. All raise Problem."""

    def __init__(self, config: Serving, workshop: Workshop, waits: tuple[float, ...] = WAITS) -> None:
        self._config, self._workshop, self._waits = config, workshop, waits
        self._folder = Path(config.state)
        self._keys = KeyBook(self._folder / "keys.db", config.keys)
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Office":
        """Raises UsageError where another service works in the same folder."""
        self._lock = claim(self._folder)
        db = connect(self._folder / "jobs.db", SCHEMA)
        self._desk, self._table, news = Desk(db, "jobs"), Table(db), News()
        files = Files(self._folder / "files")
        self._book = Book(self._config, self._table, self._desk, files, news, self._keys)
        webhooks = Webhooks(self._desk, db, self._config, self._waits)
        parts = (self._book, self._table, self._desk, files, news, self._keys, webhooks, self._workshop)
        self._runner = Runner(self._config, *parts)
        await self._runner.recover()
        sweeper = Sweeper(self._config.jobs, self._table, self._desk, files)
        self._tasks = [asyncio.create_task(each.run()) for each in (self._runner, webhooks, sweeper)]
        return self

    async def __aexit__(self, *error: object) -> None:
        """What runs waits again when the service starts anew."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._desk.do(self._table.release)
        self._desk.close()
        self._keys.close()
        os.close(self._lock)

    async def authorize(self, token: str | None, scope: str) -> Caller:
        """See KeyBook."""
        return await self._keys.authorize(token, scope)

    async def spend(self, caller: Caller, megapixels: float) -> Allowance | None:
        """See KeyBook."""
        return await self._keys.spend(caller, megapixels)

    async def refund(self, allowance: Allowance | None) -> None:
        """See KeyBook."""
        await self._keys.refund(allowance)

    async def submit(self, order: Order, request: Request) -> Submitted:
        """See Book."""
        submitted = await self._book.submit(order, request)
        self._runner.ring()
        return submitted

    async def job(self, caller: str, id: str) -> Job:
        """See Book."""
        return await self._book.job(caller, id)

    async def wait(self, caller: str, id: str, seconds: float, seen: Job | None = None) -> Job:
        """See Book."""
        return await self._book.wait(caller, id, seconds, seen)

    async def listed(self, caller: str, status: Status | None, cursor: str | None, limit: int) -> Page:
        """See Book."""
        return await self._book.listed(caller, status, cursor, limit)

    async def result(self, caller: str, sha256: str) -> Result:
        """See Book."""
        return await self._book.result(caller, sha256)

    async def shared(self, id: str) -> Result:
        """See Book."""
        return await self._book.shared(id)

    async def cancel(self, caller: str, id: str) -> Job:
        """See Runner."""
        return await self._runner.cancel(caller, id)


def claim(state: Path) -> int:
    """An open file that one process at a time can have; the system frees it when that one dies.

    Raises UsageError where another has it, or the folder cannot be written.
    """
    try:
        state.mkdir(parents=True, exist_ok=True)
        lock = os.open(state / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise UsageError(f"state {state}: {error.strerror}; set state=... to a folder that can be written") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise UsageError(f"state {state}: another service works there; set state=... to a folder of its own") from None
    return lock
