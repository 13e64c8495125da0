"""Tells clients that their jobs have ended: Standard Webhooks, signed, tried for three days, kept over restarts."""

import asyncio
import base64
import binascii
import json
import logging
import random
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from aiohttp import ClientError, ClientTimeout
from standardwebhooks.webhooks import Webhook as Signer

from deepimage.serving.config import Serving
from deepimage.serving.database import Desk
from deepimage.serving.fetch import guarded_session
from deepimage.serving.fetch.urls import admit
from deepimage.serving.jobs.job import Job
from deepimage.serving.problems import Problem

WAITS = (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds before each attempt, as standardwebhooks.com has them."""
_TIMEOUT = 15.0
_JITTER = 0.1
_IDLE = 60.0  # seconds between looks at a database that nobody has touched
_SECRET_BYTES = range(24, 65)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Webhook:
    """Where a client wants to be told, and the secret that signs what it is told."""

    url: str
    secret: str


def checked(url: str, secret: str, config: Serving) -> Webhook:
    """Raises Problem invalid-options, url-refused."""
    if not config.jobs.webhooks:
        raise Problem("invalid-options", "webhook: switched off here")
    if admit(url, config.urls).scheme != "https" and not config.urls.private:
        raise Problem("url-refused", "webhook: expected https://")
    try:
        size = len(base64.b64decode(secret.removeprefix("whsec_") + "==", validate=False))
    except (binascii.Error, ValueError):
        size = 0
    if not secret.startswith("whsec_") or size not in _SECRET_BYTES:
        raise Problem("invalid-options", "Webhook-Secret: expected whsec_ and 24 to 64 bytes in base64")
    return Webhook(url, secret)


class Webhooks:
    """Sends what is due; `waits` are the seconds before each attempt."""

    def __init__(self, desk: Desk, db: sqlite3.Connection, config: Serving, waits: Sequence[float] = WAITS) -> None:
        self._desk, self._db, self._config, self._waits = desk, db, config, waits
        self._bell = asyncio.Event()

    async def add(self, webhook: Webhook, job: Job) -> None:
        """To be told of `job`, which has ended."""
        about = job.model_dump(mode="json", include={"id", "status", "result", "problem"})
        body = json.dumps({"type": f"job.{job.status}", "timestamp": _iso(time.time()), "data": about})
        row = (f"msg_{uuid4().hex}", webhook.url, webhook.secret, body, time.time() + self._waits[0])
        sql = "INSERT INTO deliveries (id, url, secret, body, due) VALUES (?, ?, ?, ?, ?)"
        await self._desk.do(self._db.execute, sql, row)
        self._bell.set()

    async def run(self) -> None:
        """Send for ever."""
        while True:
            self._bell.clear()
            due = await self._desk.do(self._due)
            if not due:
                await self._rest()
            await asyncio.gather(*(self._deliver(row) for row in due))

    async def _rest(self) -> None:
        next_due = await self._desk.do(lambda: self._db.execute("SELECT min(due) FROM deliveries").fetchone()[0])
        seconds = _IDLE if next_due is None else min(max(next_due - time.time(), 0), _IDLE)
        try:
            async with asyncio.timeout(seconds):
                await self._bell.wait()
        except TimeoutError:
            pass

    def _due(self) -> list[sqlite3.Row]:
        sql = "SELECT * FROM deliveries WHERE due <= ? ORDER BY due LIMIT 20"
        return self._db.execute(sql, (time.time(),)).fetchall()

    async def _deliver(self, row: sqlite3.Row) -> None:
        attempt = row["attempt"] + 1
        if await self._post(row) or attempt == len(self._waits):
            await self._desk.do(self._db.execute, "DELETE FROM deliveries WHERE id = ?", (row["id"],))
            return
        due = time.time() + self._waits[attempt] * random.uniform(1, 1 + _JITTER)
        sql = "UPDATE deliveries SET attempt = ?, due = ? WHERE id = ?"
        await self._desk.do(self._db.execute, sql, (attempt, due, row["id"]))

    async def _post(self, row: sqlite3.Row) -> bool:
        """Whether there is nothing more to send: it was taken, or is not wanted (410)."""
        timeout = ClientTimeout(total=_TIMEOUT)
        try:
            async with (
                guarded_session(self._config.urls) as session,
                session.post(
                    row["url"], data=row["body"], headers=_signed(row), allow_redirects=False, timeout=timeout
                ) as answer,
            ):
                return 200 <= answer.status < 300 or answer.status == 410
        except (ClientError, OSError, TimeoutError, ValueError) as error:
            log.info("webhook %s: attempt %d: %s", row["id"], row["attempt"] + 1, type(error).__name__)
            return False


def _signed(row: sqlite3.Row) -> dict[str, str]:
    at = datetime.now(UTC)
    return {
        "Content-Type": "application/json",
        "webhook-id": row["id"],
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Signer(row["secret"]).sign(row["id"], at, row["body"]),
    }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
