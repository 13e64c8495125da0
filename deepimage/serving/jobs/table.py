"""The table of jobs. Every status changes in one statement that names the status it had, so nothing ends twice."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from deepimage.config import Recipe
from deepimage.serving.database import change
from deepimage.serving.jobs.job import Status

SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, caller TEXT NOT NULL, status TEXT NOT NULL,
    urgent INTEGER NOT NULL, due REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, crashes INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL, recipe TEXT NOT NULL, digest TEXT NOT NULL, allowance TEXT, created REAL NOT NULL, ended REAL,
    result TEXT, sha256 TEXT, problem TEXT, key TEXT, webhook TEXT, secret TEXT, gone INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS waiting ON jobs (status, urgent DESC, number);
CREATE INDEX IF NOT EXISTS results ON jobs (sha256, caller);
CREATE UNIQUE INDEX IF NOT EXISTS keyed ON jobs (caller, key) WHERE key IS NOT NULL;
CREATE TABLE IF NOT EXISTS deliveries (
    id TEXT PRIMARY KEY, url TEXT NOT NULL, secret TEXT NOT NULL, body TEXT NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL
);
"""
_LIVES = 3  # times that the service may die with a job in work before the job is blamed


@dataclass(frozen=True)
class Row:
    """One job as it is kept; times are seconds since 1970."""

    number: int
    id: str
    caller: str
    status: Status
    urgent: int
    due: float
    attempts: int
    crashes: int
    name: str
    recipe: str
    digest: str
    allowance: str | None
    created: float
    ended: float | None
    result: str | None
    sha256: str | None
    problem: str | None
    key: str | None
    webhook: str | None
    secret: str | None
    gone: int

    def recipe_of(self) -> Recipe:
        """As it was submitted."""
        return Recipe.model_validate_json(self.recipe)


class Table:
    """Statements on an open database; only one thread may call them."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.row_factory = sqlite3.Row

    def add(self, **columns: Any) -> Row:
        """A queued job."""
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        sql = f"INSERT INTO jobs (status, {names}) VALUES ('queued', {marks}) RETURNING *"
        return self._one(sql, *columns.values()) or self.find(columns["id"])

    def find(self, id: str) -> Row:
        """Raises KeyError."""
        if row := self._one("SELECT * FROM jobs WHERE id = ?", id):
            return row
        raise KeyError(id)

    def keyed(self, caller: str, key: str) -> Row | None:
        """The job that was made with an Idempotency-Key."""
        return self._one("SELECT * FROM jobs WHERE caller = ? AND key = ?", caller, key)

    def claim(self, now: float) -> Row | None:
        """The next queued job that is due, running from now on."""
        queued = "SELECT number FROM jobs WHERE status = 'queued' AND due <= ? ORDER BY urgent DESC, number LIMIT 1"
        return self._one(f"UPDATE jobs SET status = 'running' WHERE number = ({queued}) RETURNING *", now)

    def end(self, id: str, now: float, status: Status, result: str | None, sha256: str | None, problem: Any) -> bool:
        """False where it had ended before."""
        sql = """UPDATE jobs SET status = ?, ended = ?, result = ?, sha256 = ?, problem = ?
                 WHERE id = ? AND status IN ('queued', 'running') RETURNING *"""
        told = json.dumps(problem) if problem else None
        return self._one(sql, status, now, result, sha256, told, id) is not None

    def put_back(self, id: str, due: float) -> None:
        """A running job waits again, until `due`."""
        sql = "UPDATE jobs SET status = 'queued', attempts = attempts + 1, due = ? WHERE id = ? AND status = 'running'"
        self._db.execute(sql, (due, id))

    def free_key(self, id: str) -> None:
        """The job's Idempotency-Key may be used anew."""
        self._db.execute("UPDATE jobs SET key = NULL WHERE id = ?", (id,))

    def recover(self) -> list[Row]:
        """After a crash: what was running waits again; returned are those that have seen too many crashes."""
        with change(self._db):
            self._db.execute("UPDATE jobs SET status = 'queued', crashes = crashes + 1 WHERE status = 'running'")
            return self._all("SELECT * FROM jobs WHERE status = 'queued' AND crashes >= ?", _LIVES)

    def release(self) -> None:
        """The service ends in good order: what was running waits again, and nobody is blamed."""
        self._db.execute("UPDATE jobs SET status = 'queued' WHERE status = 'running'")

    def place(self, row: Row) -> int:
        """How many are claimed no later than it."""
        sql = """SELECT count(*) FROM jobs WHERE status = 'queued'
                 AND (urgent > ? OR (urgent = ? AND number <= ?))"""
        return int(self._db.execute(sql, (row.urgent, row.urgent, row.number)).fetchone()[0])

    def waiting(self) -> int:
        """Queued jobs."""
        return int(self._db.execute("SELECT count(*) FROM jobs WHERE status = 'queued'").fetchone()[0])

    def listed(self, caller: str, status: str | None, before: int, limit: int) -> list[Row]:
        """Newest first, those with a smaller number than `before`."""
        sql = """SELECT * FROM jobs WHERE caller = ? AND NOT gone AND number < ? AND status = coalesce(?, status)
                 ORDER BY number DESC LIMIT ?"""
        return self._all(sql, caller, before, status, limit)

    def owner_of(self, caller: str, sha256: str) -> Row | None:
        """The caller's newest job with that result."""
        sql = "SELECT * FROM jobs WHERE caller = ? AND sha256 = ? ORDER BY gone, number DESC LIMIT 1"
        return self._one(sql, caller, sha256)

    def expire(self, before: float) -> list[Row]:
        """Ended jobs become bare ids; returned are those whose result nobody else has."""
        with change(self._db):
            sql = """UPDATE jobs SET gone = 1, key = NULL, name = '', recipe = '', problem = NULL, secret = NULL
                     WHERE ended < ? AND NOT gone RETURNING *"""
            rows = self._all(sql, before)
            kept = "SELECT count(*) FROM jobs WHERE sha256 = ? AND NOT gone"
            return [row for row in rows if row.sha256 and not self._db.execute(kept, (row.sha256,)).fetchone()[0]]

    def forget(self, before: float) -> None:
        """Not even the ids of these are known any more."""
        self._db.execute("DELETE FROM jobs WHERE gone AND ended < ?", (before,))

    def _one(self, sql: str, *values: Any) -> Row | None:
        rows = self._all(sql, *values)
        return rows[0] if rows else None

    def _all(self, sql: str, *values: Any) -> list[Row]:
        return [Row(**row) for row in self._db.execute(sql, values).fetchall()]
