"""The book of keys: whose, for what, until when. A key is never deleted, so that a door once shut stays shut."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from deepimage.errors import UsageError
from deepimage.serving.database import change
from deepimage.serving.keys.text import KeyText

LIVE_KEYS = 2  # of one client: the old one and the new one while it changes over
_SELECT = """
SELECT id, client, digest, scopes, created, expires, used, revoked, quota
FROM keys JOIN clients ON clients.name = keys.client
"""


@dataclass(frozen=True)
class Key:
    """One key, its client's quota with it; times are seconds since 1970."""

    id: str
    client: str
    digest: bytes
    scopes: str
    """With blanks between them."""
    created: float
    expires: float | None
    used: float | None
    """At most a minute late."""
    revoked: float | None
    quota: float | None
    """Megapixels a day, of all keys of the client; none = unlimited."""

    def fault(self, now: float) -> str | None:
        """Why it opens nothing; None while it is live."""
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and self.expires <= now else None


class Register:
    """The keys of `db`. Raises sqlite3.Error."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def create(self, client: str, scopes: Iterable[str], now: float, expires: float | None = None) -> KeyText:
        """A new key. Raises UsageError where the client has two live ones."""
        key = KeyText.new()
        with change(self._db):
            live = [row.id for row in self._rows("WHERE client = ?", client) if not row.fault(now)]
            if len(live) >= LIVE_KEYS:
                raise UsageError(f"client {client} has {LIVE_KEYS} live keys: revoke {' or '.join(live)} first")
            self._db.execute("INSERT OR IGNORE INTO clients (name) VALUES (?)", (client,))
            self._db.execute(
                "INSERT INTO keys (id, client, digest, scopes, created, expires) VALUES (?, ?, ?, ?, ?, ?)",
                (key.id, client, key.digest, " ".join(scopes), now, expires),
            )
        return key

    def limit(self, client: str, quota: float | None) -> None:
        """Megapixels a day of all keys of `client`; none = unlimited."""
        self._db.execute("UPDATE clients SET quota = ? WHERE name = ?", (quota, client))

    def revoke(self, id: str, now: float) -> bool:
        """From now on it opens nothing; False where there is none."""
        done = self._db.execute("UPDATE keys SET revoked = ifnull(revoked, ?) WHERE id = ?", (now, id))
        return bool(done.rowcount)

    def touch(self, id: str, now: float) -> None:
        """It has been used."""
        self._db.execute("UPDATE keys SET used = ? WHERE id = ?", (now, id))

    def find(self, id: str) -> Key | None:
        """By its id."""
        return next(iter(self._rows("WHERE id = ?", id)), None)

    def all(self) -> list[Key]:
        """The oldest first."""
        return self._rows("ORDER BY created, id")

    def any(self) -> bool:
        """Has one ever been created?"""
        return bool(self._db.execute("SELECT EXISTS (SELECT 1 FROM keys)").fetchone()[0])

    def _rows(self, which: str, *values: str) -> list[Key]:
        return [Key(*row) for row in self._db.execute(_SELECT + which, values).fetchall()]
