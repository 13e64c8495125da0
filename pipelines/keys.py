"""`deepimage keys`: who may use the service. A running one notices at once."""

import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from deepimage.errors import UsageError
from deepimage.serving.keys import ANONYMOUS, SCOPES
from deepimage.serving.keys.database import NAME, connect
from deepimage.serving.keys.register import Key, Register
from deepimage.serving.keys.text import KeyText

_CLIENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}", re.ASCII)
_DAY = 86_400  # seconds
_HEADINGS = ("id", "client", "state", "scopes", "megapixels/day", "created", "expires", "last used")


def create(state: Path, client: str, scopes: list[str], quota: int | None = None, days: int | None = None) -> str:
    """The text of a new key, which is kept nowhere. Raises UsageError.

    `quota` is of all keys of the client: 0 = unlimited, none = as it is.
    """
    if not _CLIENT.fullmatch(client) or client == ANONYMOUS.id:
        raise UsageError(f"client {client!r}: expected up to 64 letters, digits and . _ @ -, and not {ANONYMOUS.id}")
    if unknown := set(scopes) - set(SCOPES):
        raise UsageError(f"scope {', '.join(sorted(unknown))}: expected one of {', '.join(SCOPES)}")
    now = time.time()
    with _register(state) as register:
        key = register.create(client, sorted(set(scopes)), now, now + days * _DAY if days else None)
        if quota is not None:
            register.limit(client, quota or None)
    return str(key)


def listing(state: Path) -> list[str]:
    """A table of all keys that there ever were."""
    rows = [_HEADINGS, *(_row(key) for key in _all(state))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def revoke(state: Path, id: str) -> None:
    """From now on the key opens nothing. Raises UsageError where there is none."""
    id = (KeyText.parse(id) or KeyText(id, "")).id
    if not (state / NAME).exists():
        raise UsageError(f"there are no keys in {state}")
    with _register(state) as register:
        if not register.revoke(id, time.time()):
            raise UsageError(f"key {id}: there is none; deepimage keys list names them")


def live(state: Path) -> int:
    """Keys that open something."""
    return sum(not key.fault(time.time()) for key in _all(state))


def _all(state: Path) -> list[Key]:
    if not (state / NAME).exists():
        return []
    with _register(state) as register:
        return register.all()


@contextmanager
def _register(state: Path) -> Iterator[Register]:
    with closing(connect(state / NAME)) as db:
        yield Register(db)


def _row(key: Key) -> tuple[str, ...]:
    quota = "unlimited" if key.quota is None else f"{key.quota:g}"
    times = (_date(key.created), _date(key.expires), _date(key.used))
    return key.id, key.client, key.fault(time.time()) or "live", key.scopes.replace(" ", ","), quota, *times


def _date(seconds: float | None) -> str:
    return "never" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%MZ")
