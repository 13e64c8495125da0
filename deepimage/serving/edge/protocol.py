"""HTTP/1.1 as uvicorn speaks it, with absolute deadlines and limits that are checked as the bytes arrive.

uvicorn has none of these: a client that sends a byte now and then holds its connection for ever, and a body is read
to its end whatever its size.
"""

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from deepimage.serving.edge.limits import Limits
from deepimage.serving.edge.refusal import rendered
from deepimage.serving.problems import Problem

_LINGER = 2.0  # seconds that a refused client is still listened to: closing at once would lose it the answer


class GuardedProtocol(HttpToolsProtocol):
    """Refuses with a problem document, then closes; what a refused client still sends is thrown away."""

    limits: ClassVar[Limits] = Limits()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock: also a client that says nothing has a deadline."""
        super().connection_made(transport)
        self._refusal: Problem | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._await("headers", self.limits.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count, parse, pass on."""
        if self._refusal:
            return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """A request's first byte."""
        super().on_message_begin()
        self._header_bytes = self._body_bytes = 0
        if not self._deadline:
            self._await("headers", self.limits.header_seconds)

    def on_url(self, url: bytes) -> None:
        """A piece of the request target."""
        super().on_url(url)
        if len(self.url) > self.limits.url_bytes:
            raise self._refused(Problem("url-too-long", f"path and query may have {self.limits.url_bytes} bytes"))

    def on_header(self, name: bytes, value: bytes) -> None:
        """One whole header."""
        super().on_header(name, value)
        self._header_bytes += len(name) + len(value) + 4
        if self._header_bytes > self.limits.header_bytes or len(self.headers) > self.limits.headers:
            most = f"{self.limits.headers} headers of {self.limits.header_bytes} bytes together"
            raise self._refused(Problem("headers-too-large", f"a request may have {most}"))

    def on_headers_complete(self) -> None:
        """All that the headers alone can forbid is refused before a byte of the body is kept."""
        self._arrived()
        if problem := self._forbidden(dict(self.headers)):
            raise self._refused(problem)
        self._await("body", self.limits.body_seconds)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body; a chunked one has no length to go by."""
        self._body_bytes += len(body)
        if self._body_bytes > self.limits.body_bytes:
            raise self._refused(self._too_large(self._body_bytes))
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request has arrived."""
        self._arrived()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What the parser, or one of the methods above, did not take."""
        self._close_with(self._refusal or Problem("malformed", "this is not HTTP/1.1 as RFC 9112 has it"))

    def _should_upgrade_to_ws(self) -> bool:
        return False

    def _forbidden(self, headers: dict[bytes, bytes]) -> Problem | None:
        version = self.parser.get_http_version()
        length, encoding = headers.get(b"content-length", b"0"), headers.get(b"content-encoding", b"identity")
        if version not in ("1.0", "1.1") or (version == "1.1" and not headers.get(b"host")):
            return Problem("malformed", "expected HTTP/1.1 with a Host")
        if int(length) > self.limits.body_bytes:  # the parser lets only digits through
            return self._too_large(int(length))
        if encoding.lower() != b"identity":
            return Problem("unsupported-media-type", "send the body as it is, without Content-Encoding")
        return None

    def _too_large(self, actual: int) -> Problem:
        most = self.limits.body_bytes
        return Problem("too-large", f"a body may have {most} bytes", {"limit": most, "actual": actual})

    def _refused(self, problem: Problem) -> Problem:
        self._refusal = problem
        return problem

    def _await(self, part: str, seconds: float) -> None:
        self._deadline = self.loop.call_later(seconds, self._late, part, seconds)

    def _arrived(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    def _late(self, part: str, seconds: float) -> None:
        self._deadline = None
        self._close_with(self._refused(Problem("too-slow", f"the {part} did not arrive within {seconds:g} s")))

    def _close_with(self, problem: Problem) -> None:
        """Answer, unless an answer is already under way; listen a little longer, then close."""
        self._arrived()
        self._refusal = problem
        answering = self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if answering or self.transport.is_closing():
            self.transport.close()
            return
        self.transport.write(rendered(problem))
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(_LINGER, self.transport.close)


def configure(limits: Limits) -> type[GuardedProtocol]:
    """The protocol with these limits: of all connections of this process."""
    GuardedProtocol.limits = limits
    return GuardedProtocol
