"""The book of megapixels: what each client that has a quota took of its day."""

import sqlite3

from deepimage.serving.database import change
from deepimage.serving.keys.allowance import Allowance, day_of, rest_of_day
from deepimage.serving.problems import Problem


class Meter:
    """Of `db`; it survives restarts, and counts over all processes. Raises sqlite3.Error."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def spend(self, client: str, megapixels: float, now: float) -> Allowance | None:
        """None for a client without a quota. Raises Problem quota-exceeded, and takes nothing then."""
        if self._quota(client) is None:
            return None
        with change(self._db):
            allowance = self._after(client, megapixels, now)
            if allowance.left < 0:
                raise _exceeded(allowance)
            spent = allowance.quota - allowance.left
            self._db.execute("DELETE FROM spent WHERE client = ? AND day < ?", (client, allowance.day - 1))
            self._db.execute("REPLACE INTO spent VALUES (?, ?, ?)", (client, allowance.day, spent))
        return allowance

    def refund(self, allowance: Allowance) -> None:
        """What was taken is given back to the day that it was taken from."""
        self._db.execute(
            "UPDATE spent SET megapixels = max(megapixels - ?, 0) WHERE client = ? AND day = ?",
            (allowance.taken, allowance.client, allowance.day),
        )

    def _after(self, client: str, megapixels: float, now: float) -> Allowance:
        day = day_of(now)
        found = self._db.execute("SELECT megapixels FROM spent WHERE client = ? AND day = ?", (client, day)).fetchone()
        quota = self._quota(client) or 0
        left = quota - (found[0] if found else 0) - megapixels
        return Allowance(client, day, quota, megapixels, left, rest_of_day(now))

    def _quota(self, client: str) -> float | None:
        found = self._db.execute("SELECT quota FROM clients WHERE name = ?", (client,)).fetchone()
        return found[0] if found else None


def _exceeded(asked: Allowance) -> Problem:
    left = asked.left + asked.taken
    detail = f"this takes {asked.taken:.2f} megapixels; {left:.2f} of {asked.quota:g} are left until 00:00 UTC"
    extra = {"limit": asked.quota, "actual": round(asked.taken, 6), "left": round(left, 6)}
    headers = Allowance(asked.client, asked.day, asked.quota, 0, left, asked.resets).headers()
    return Problem("quota-exceeded", detail, extra, headers | {"Retry-After": str(asked.resets)})
