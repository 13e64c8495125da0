"""Deletes what has been kept long enough."""

import asyncio
import logging
import time

from deepimage.errors import StorageError
from deepimage.serving.config import Jobs
from deepimage.serving.database import Desk
from deepimage.serving.jobs.files import Files
from deepimage.serving.jobs.job import Made
from deepimage.serving.jobs.table import Table
from deepimage.serving.problems import Problem

_EVERY = 60.0  # seconds
_IDS_KEPT = 7 * 86_400.0  # seconds that an expired job is still answered with 410

log = logging.getLogger(__name__)


class Sweeper:
    """`run` sweeps for ever; each sweep is one visit to the database."""

    def __init__(self, jobs: Jobs, table: Table, desk: Desk, files: Files) -> None:
        self._jobs, self._table, self._desk, self._files = jobs, table, desk, files

    async def run(self) -> None:
        """At once, then every minute."""
        while True:
            try:
                await self._desk.do(self.sweep, time.time())
            except (Problem, StorageError) as error:
                log.error("sweeping: %s", error)
            await asyncio.sleep(_EVERY)

    def sweep(self, now: float) -> None:
        """Drop what ended more than `jobs.keep_hours` before `now`."""
        for row in self._table.expire(now - self._jobs.keep_hours * 3600):
            made = Made.model_validate_json(row.result or "")
            self._files.drop_result(made.sha256, made.format)
        self._table.forget(now - self._jobs.keep_hours * 3600 - _IDS_KEPT)
