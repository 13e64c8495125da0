"""Keys and quotas for the service: asked on every request, answered from the file, off the event loop."""

import hmac
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal

from deepimage.serving.database import Desk
from deepimage.serving.keys.allowance import Allowance
from deepimage.serving.keys.caller import ANONYMOUS, Caller
from deepimage.serving.keys.database import connect
from deepimage.serving.keys.meter import Meter
from deepimage.serving.keys.register import Key, Register
from deepimage.serving.keys.text import KeyText
from deepimage.serving.problems import Problem

_MINUTE = 60.0
_NOBODY = KeyText("0" * 12, "")  # what an unknown id is compared with, so that it takes as long as a known one


class KeyBook:
    """The file at `path`, in a thread of its own; `now` gives seconds since 1970.

    mode: auto = keys are asked for as soon as one has ever been created, never = everyone is ANONYMOUS.
    """

    def __init__(
        self, path: Path, mode: Literal["auto", "always", "never"], now: Callable[[], float] = time.time
    ) -> None:
        self._mode = mode
        self._now = now
        db = connect(path) if mode != "never" else sqlite3.connect(":memory:", check_same_thread=False)
        self._desk = Desk(db, "keys")
        self._register, self._meter = Register(db), Meter(db)

    async def authorize(self, token: str | None, scope: str) -> Caller:
        """Whose key `token` is. Raises Problem unauthorized, forbidden where it lacks `scope`, not-ready."""
        return ANONYMOUS if self._mode == "never" else await self._desk.do(self._authorize, token, scope)

    async def spend(self, caller: Caller, megapixels: float) -> Allowance | None:
        """Take from the caller's quota of the day; None where it has none. Raises Problem quota-exceeded, not-ready."""
        if caller == ANONYMOUS:
            return None
        return await self._desk.do(lambda: self._meter.spend(caller.id, megapixels, self._now()))

    async def refund(self, allowance: Allowance | None) -> None:
        """Give back what `spend` took, for work that was not done. Raises Problem not-ready."""
        if allowance:
            await self._desk.do(self._meter.refund, allowance)

    def close(self) -> None:
        """End the thread."""
        self._desk.close()

    def _authorize(self, token: str | None, scope: str) -> Caller:
        if self._mode == "auto" and not self._register.any():
            return ANONYMOUS
        if token is None:
            raise _unauthorized("send Authorization: Bearer dik_..., or X-API-Key", "Bearer")
        key = self._opened(KeyText.parse(token) or _NOBODY)
        if scope not in key.scopes.split():
            challenge = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}
            raise Problem("forbidden", f"key {key.id} has no scope {scope}", headers=challenge)
        self._touch(key)
        return Caller(key.client, key.id, frozenset(key.scopes.split()))

    def _opened(self, shown: KeyText) -> Key:
        key = self._register.find(shown.id)
        right = hmac.compare_digest(shown.digest, key.digest if key else _NOBODY.digest)
        if not key or not right:
            raise _unauthorized("there is no such key")
        if fault := key.fault(self._now()):
            raise _unauthorized(f"key {key.id} is {fault}")
        return key

    def _touch(self, key: Key) -> None:
        if key.used is None or key.used + _MINUTE <= self._now():
            with suppress(sqlite3.OperationalError):  # a full or busy disk keeps nobody out
                self._register.touch(key.id, self._now())


def _unauthorized(detail: str, challenge: str = 'Bearer error="invalid_token"') -> Problem:
    return Problem("unauthorized", detail, headers={"WWW-Authenticate": challenge})
