"""Does what the book of jobs has in it: a few at a time, oldest first, each exactly once whatever dies meanwhile."""

import asyncio
import json
import logging
import time
from contextlib import suppress

from deepimage.serving.config import Serving
from deepimage.serving.database import Desk
from deepimage.serving.jobs.book import Book
from deepimage.serving.jobs.files import Files, name
from deepimage.serving.jobs.job import Job, Made, Tiles
from deepimage.serving.jobs.news import News
from deepimage.serving.jobs.table import Row, Table
from deepimage.serving.jobs.webhooks import Webhook, Webhooks
from deepimage.serving.keys import Allowance, KeyBook
from deepimage.serving.order import Order, Result, Workshop
from deepimage.serving.problems import RETRYABLE, Problem, problem_of

_ATTEMPTS = 3
_BACK_OFF = 5.0  # seconds, doubled each time
_IDLE = 1.0  # seconds between looks for jobs whose back-off is over
_CRASHED = Problem("picture", "the service died with this picture in work, several times", {"picture": "E_CRASH"})

log = logging.getLogger(__name__)


class Runner:
    """`run` works until it is cancelled."""

    def __init__(
        self,
        config: Serving,
        book: Book,
        table: Table,
        desk: Desk,
        files: Files,
        news: News,
        keys: KeyBook,
        webhooks: Webhooks,
        workshop: Workshop,
    ) -> None:
        self._config, self._book, self._table, self._desk, self._files = config, book, table, desk, files
        self._news, self._keys, self._webhooks, self._workshop = news, keys, webhooks, workshop
        self._bell = asyncio.Event()
        self._running: dict[str, asyncio.Task[None]] = {}

    def ring(self) -> None:
        """There is a new job."""
        self._bell.set()

    async def recover(self) -> None:
        """After a crash of the service, before anything runs."""
        for row in await self._desk.do(self._table.recover):
            await self._ended(row, _CRASHED)

    async def run(self) -> None:
        """Keep `jobs.at_once` jobs in work."""
        try:
            while True:
                self._bell.clear()
                if len(self._running) >= self._config.jobs.at_once or not await self._start():
                    with suppress(TimeoutError):
                        async with asyncio.timeout(_IDLE):
                            await self._bell.wait()
        finally:
            running = list(self._running.values())
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def cancel(self, caller: str, id: str) -> Job:
        """The job, cancelled unless it had ended."""
        job = await self._book.job(caller, id)
        if job.over:
            return job
        row = await self._desk.do(self._table.find, id)
        await self._ended(row, None)
        if task := self._running.get(id):
            task.cancel()
        return await self._book.job(caller, id)

    async def _start(self) -> bool:
        row = await self._desk.do(self._table.claim, time.time())
        if not row:
            return False
        task = self._running[row.id] = asyncio.create_task(self._do(row))
        task.add_done_callback(lambda _: self._left(row.id))
        self._news.tell()
        return True

    def _left(self, id: str) -> None:
        self._running.pop(id, None)
        self._book.tiles.pop(id, None)
        self._bell.set()

    async def _do(self, row: Row) -> None:
        def progress(done: int, total: int) -> None:
            loop.call_soon_threadsafe(self._progress, row.id, Tiles(done=done, total=total))

        loop = asyncio.get_running_loop()
        try:
            data = await self._desk.do(self._files.upload, row.id)
            result = await self._workshop.restore(Order(data, row.recipe_of(), row.name), progress)
        except Exception as error:  # whatever it is, it is this job's end and no other's
            await self._failed(row, error)
        else:
            await self._ended(row, result)

    def _progress(self, id: str, tiles: Tiles) -> None:
        if id in self._running:
            self._book.tiles[id] = tiles
            self._news.tell(id)

    async def _failed(self, row: Row, error: Exception) -> None:
        problem = problem_of(error)
        if problem.code == "internal":
            log.error("job %s", row.id, exc_info=error)
        if problem.status in RETRYABLE and row.attempts + 1 < _ATTEMPTS:
            await self._desk.do(self._table.put_back, row.id, time.time() + _BACK_OFF * 2**row.attempts)
            self._news.tell()
        else:
            await self._ended(row, problem)

    async def _ended(self, row: Row, outcome: Result | Problem | None) -> None:
        """With a result, for a reason, or because the client no longer wants it; at most once for each job."""
        if not await self._desk.do(self._close, row, outcome):
            return
        if not isinstance(outcome, Result) and row.allowance:
            with suppress(Problem):
                await self._keys.refund(Allowance(**json.loads(row.allowance)))
        self._news.tell()
        if row.webhook and row.secret:
            await self._webhooks.add(Webhook(row.webhook, row.secret), await self._book.job(row.caller, row.id))

    def _close(self, row: Row, outcome: Result | Problem | None) -> bool:
        now = time.time()
        match outcome:
            case Result():
                self._files.keep_result(outcome)  # in the same visit, so that no sweep comes between
                made = _made(outcome).model_dump_json()
                closed = self._table.end(row.id, now, "succeeded", made, outcome.sha256, None)
            case Problem():
                closed = self._table.end(row.id, now, "failed", None, None, outcome.body())
                if outcome.status >= 500:  # not the picture's fault: the client may try again with the same key
                    self._table.free_key(row.id)
            case None:
                closed = self._table.end(row.id, now, "cancelled", None, None, None)
                self._table.free_key(row.id)
        if closed:
            self._files.drop_upload(row.id)
        return closed


def _made(result: Result) -> Made:
    return Made(
        href=f"/v1/{name(result.sha256, result.format)}",
        format=result.format,
        width=result.width,
        height=result.height,
        bytes=len(result.data),
        sha256=result.sha256,
        consistency_db=result.consistency_db,
        model=result.model,
        note=result.note,
    )
