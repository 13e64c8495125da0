"""What every answer carries: a request id, and headers that keep a browser from making more of it than it is."""

import re
from collections.abc import Iterable
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
}
"""For pictures and JSON; the page sets a policy of its own."""
_NAME = b"x-request-id"
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class AnswerHeaders:
    """ASGI middleware: SAFE where the application has not set a header of that name, and X-Request-Id.

    A client's own id is kept where it is plain; `scope["state"]["request_id"]` has it for the log. It may stand both
    before a proxy and behind it: the request carries the id on, and the answer has it once.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = next((value for name, value in scope["headers"] if name == _NAME), b"")
        request_id = wanted if _ID.fullmatch(wanted) else uuid4().hex.encode()
        scope.setdefault("state", {})["request_id"] = request_id.decode()
        others = [pair for pair in scope["headers"] if pair[0] != _NAME]
        inner = {**scope, "headers": [*others, (_NAME, request_id)]}

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _completed(message.get("headers", ()), request_id)
            await send(message)

        await self._app(inner, receive, send_safely)


def _completed(headers: Iterable[tuple[bytes, bytes]], request_id: bytes) -> list[tuple[bytes, bytes]]:
    present = [(name, value) for name, value in headers if name.lower() != _NAME]
    names = {name.lower() for name, _ in present}
    safe = ((name.encode(), value.encode()) for name, value in SAFE.items())
    return [*present, (_NAME, request_id), *((name, value) for name, value in safe if name not in names)]
