"""Counts, times and logs every answer, by route."""

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deepimage.serving.metrics import Metrics

_LOG = logging.getLogger("deepimage.serving")


class Observed:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()

        async def seen(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")  # never the client's own path: it is unbounded
                seconds = time.perf_counter() - started
                self._metrics.requests.labels(route, str(message["status"])).inc()
                self._metrics.request_seconds.labels(route).observe(seconds)
                name = scope.get("state", {}).get("request_id", "-")
                _LOG.info("%s %s %s %d %.0f ms", name, scope["method"], route, message["status"], seconds * 1000)
            await send(message)

        await self._app(scope, receive, seen)
