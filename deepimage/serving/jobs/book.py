"""What clients ask of the book of jobs: submit, look, wait, cancel, fetch."""

import asyncio
import hashlib
import json
import secrets
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from deepimage.serving.config import Serving
from deepimage.serving.database import Desk
from deepimage.serving.jobs.files import Files
from deepimage.serving.jobs.job import Job, Made, Page, Status, Tiles
from deepimage.serving.jobs.news import News
from deepimage.serving.jobs.table import Row, Table
from deepimage.serving.jobs.webhooks import Webhook
from deepimage.serving.keys import Allowance, Caller, KeyBook
from deepimage.serving.order import Order, Result
from deepimage.serving.problems import Problem

_LATEST = 2**62  # a number that no job reaches
_RETRY = {"Retry-After": "10"}


@dataclass(frozen=True)
class Request:
    """What comes with an order that is fetched later."""

    caller: Caller
    megapixels: float
    """Of the result: what its quota is charged."""
    webhook: Webhook | None = None
    key: str | None = None
    """Its Idempotency-Key, with the address that it was sent to."""
    urgent: bool = False
    """The client waits."""


@dataclass(frozen=True)
class Submitted:
    """A job, whether its Idempotency-Key had been seen before, and what is left of the client's quota."""

    job: Job
    again: bool = False
    allowance: Allowance | None = None


class Book:
    """All raise Problem not-ready where the disk fails, and not-found for another client's job."""

    def __init__(self, config: Serving, table: Table, desk: Desk, files: Files, news: News, keys: KeyBook) -> None:
        self._config, self._table, self._desk, self._files, self._news = config, table, desk, files, news
        self._keys = keys
        self._submitting = asyncio.Lock()
        self.tiles: dict[str, Tiles] = {}
        """Of jobs that run."""

    async def submit(self, order: Order, request: Request) -> Submitted:
        """Raises Problem queue-full, quota-exceeded; key-reused where the key came with another request."""
        async with self._submitting:  # a key that comes twice at one moment must find its first job
            if request.key and (row := await self._desk.do(self._table.keyed, request.caller.id, request.key)):
                if row.digest != order.digest:
                    raise Problem("key-reused", "this Idempotency-Key came with another picture, or other options")
                return Submitted(await self._desk.do(self._job, row), again=True)
            if await self._desk.do(self._table.waiting) >= self._config.jobs.waiting:
                raise Problem("queue-full", f"{self._config.jobs.waiting} jobs are waiting", headers=_RETRY)
            return await self._accepted(order, request)

    async def _accepted(self, order: Order, request: Request) -> Submitted:
        allowance = await self._keys.spend(request.caller, request.megapixels)
        try:
            job = await self._desk.do(self._add, order, request, allowance)
        except Exception:
            await self._keys.refund(allowance)
            raise
        return Submitted(job, allowance=allowance)

    def _add(self, order: Order, request: Request, allowance: Allowance | None) -> Job:
        id = secrets.token_urlsafe(16)
        self._files.keep_upload(id, order.data)
        now, webhook = time.time(), request.webhook
        row = self._table.add(
            id=id,
            caller=request.caller.id,
            urgent=int(request.urgent),
            due=now,
            name=order.name,
            recipe=order.recipe.model_dump_json(),
            digest=order.digest,
            allowance=json.dumps(asdict(allowance)) if allowance else None,
            created=now,
            key=request.key,
            webhook=webhook.url if webhook else None,
            secret=webhook.secret if webhook else None,
        )
        return self._job(row)

    async def job(self, caller: str, id: str) -> Job:
        """As it is now. Raises Problem gone."""
        return await self._desk.do(lambda: self._job(self._own(caller, id)))

    async def wait(self, caller: str, id: str, seconds: float, seen: Job | None = None) -> Job:
        """As soon as it differs from `seen`, or, without it, has ended; as it is after `seconds` at the latest."""
        deadline = time.monotonic() + seconds
        while True:
            news = asyncio.create_task(self._news.of(id, max(deadline - time.monotonic(), 0)))
            await asyncio.sleep(0)  # so that it listens before the job is looked at
            try:
                job = await self.job(caller, id)
                if job.over or (seen and job != seen) or time.monotonic() >= deadline:
                    return job
                await news
            finally:
                news.cancel()

    async def listed(self, caller: str, status: Status | None, cursor: str | None, limit: int) -> Page:
        """Newest first; `cursor`, digits, is the `next` of an earlier page."""
        before = int(cursor) if cursor else _LATEST
        rows = await self._desk.do(self._table.listed, caller, status, before, limit + 1)
        jobs = [await self._desk.do(self._job, row) for row in rows[:limit]]
        return Page(jobs=jobs, next=str(rows[limit - 1].number) if len(rows) > limit else None)

    async def result(self, caller: str, sha256: str) -> Result:
        """Raises Problem gone once it has expired."""
        row = await self._desk.do(self._table.owner_of, caller, sha256)
        if not row or not row.result:
            raise Problem("not-found", "you have no such result")
        if row.gone:
            raise Problem("gone", "the result has expired")
        made = Made.model_validate_json(row.result)
        data = await self._desk.do(self._files.result, sha256, made.format)
        return Result(data, made.format, made.width, made.height, made.model, made.consistency_db, made.note)

    async def shared(self, id: str) -> Result:
        """Of a job, for whoever knows its id, which nobody can guess. Raises Problem gone."""
        row = await self._desk.do(self._found, id)
        if not row.sha256:
            raise _unknown()
        return await self.result(row.caller, row.sha256)

    def _found(self, id: str) -> Row:
        try:
            return self._table.find(id)
        except KeyError:
            raise _unknown() from None

    def _own(self, caller: str, id: str) -> Row:
        row = self._found(id)
        if row.caller != caller:
            raise _unknown()
        if row.gone:
            raise Problem("gone", "the job has expired")
        return row

    def _job(self, row: Row) -> Job:
        kept = self._config.jobs.keep_hours * 3600
        return Job(
            id=row.id,
            status=row.status,
            place=self._table.place(row) if row.status == "queued" else None,
            progress=self.tiles.get(row.id) if row.status == "running" else None,
            created=_iso(row.created),
            ended=_iso(row.ended) if row.ended else None,
            expires=_iso(row.ended + kept) if row.ended else None,
            name=row.name,
            result=Made.model_validate_json(row.result) if row.result else None,
            problem=json.loads(row.problem) if row.problem else None,
        )


def scoped(key: str, path: str) -> str:
    """An Idempotency-Key belongs to one address."""
    return hashlib.sha256(f"{path}\n{key}".encode()).hexdigest()


def _unknown() -> Problem:
    return Problem("not-found", "you have no such job")


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
