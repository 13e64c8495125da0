"""The guarded protocol under a real uvicorn, by raw sockets."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from deepimage.serving.edge.headers import SAFE, AnswerHeaders
from deepimage.serving.edge.limits import Limits
from deepimage.serving.edge.protocol import GuardedProtocol, configure

LIMITS = Limits(header_bytes=2000, headers=20, url_bytes=300, body_bytes=100_000, header_seconds=0.6, body_seconds=0.8)
HOST = b"Host: here\r\n"
CHUNKED = b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"


async def count(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    before = GuardedProtocol.limits
    app = AnswerHeaders(Starlette(routes=[Route("/", count, methods=["GET", "POST"])]))
    server = uvicorn.Server(uvicorn.Config(app, port=0, http=configure(LIMITS), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(5)
    GuardedProtocol.limits = before


def answer(port: int, *pieces: bytes, pause: float = 0.0) -> tuple[int, dict[str, str], bytes]:
    """Send the pieces, `pause` seconds apart; status, headers and body of what comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        try:
            for piece in pieces:
                client.sendall(piece)
                time.sleep(pause)
        except OSError:
            pass  # refused while still sending
        received = b""
        while b"\r\n\r\n" not in received or len(received) < _whole(received):
            more = client.recv(65536)
            if not more:
                break
            received += more
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return int(first.split()[1]), {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}, body


def _whole(received: bytes) -> int:
    head, _, _ = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return len(head) + 4 + (int(lengths[0].split(b":")[1]) if lengths else 0)


def test_a_good_request_passes_with_safe_headers_and_its_id(port: int) -> None:
    status, headers, body = answer(
        port, b"POST / HTTP/1.1\r\n" + HOST + b"X-Request-Id: mine-1\r\nContent-Length: 3\r\n\r\nabc"
    )
    assert (status, body, headers["x-request-id"]) == (200, b"3", "mine-1")
    assert SAFE.items() <= headers.items()
    _, headers, _ = answer(port, b"GET / HTTP/1.1\r\n" + HOST + b"X-Request-Id: <b>\r\n\r\n")
    assert len(headers["x-request-id"]) == 32


def test_a_connection_takes_several_requests(port: int) -> None:
    request = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n\r\nabc"
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        for _ in range(3):
            client.sendall(request)
            assert b"200 OK" in client.recv(65536)
        time.sleep(LIMITS.header_seconds + 0.3)  # idle, not slow: keep-alive has a clock of its own
        client.sendall(request)
        assert b"200 OK" in client.recv(65536)


REFUSED: dict[str, tuple[tuple[bytes, ...], int, str]] = {
    "no host": ((b"GET / HTTP/1.1\r\n\r\n",), 400, "malformed"),
    "HTTP/0.9": ((b"GET /\r\n\r\n",), 400, "malformed"),
    "HTTP/2 without being asked": ((b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",), 400, "malformed"),
    "no HTTP": ((b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",), 400, "malformed"),
    "two lengths": (
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",), 400, "malformed",
    ),
    "length and chunks": (
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",),
        400, "malformed",
    ),
    "negative length": ((b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n",), 400, "malformed"),
    "long header": ((b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"a" * 2500 + b"\r\n\r\n",), 431, "headers-too-large"),
    "many headers": (
        (b"GET / HTTP/1.1\r\n" + HOST + b"".join(b"A%d: b\r\n" % i for i in range(30)) + b"\r\n",),
        431, "headers-too-large",
    ),
    "a header without end": (
        (b"GET / HTTP/1.1\r\n" + HOST, *[b"A%d: " % i + b"a" * 300 + b"\r\n" for i in range(10)]),
        431, "headers-too-large",
    ),
    "long url": ((b"GET /?" + b"a" * 400 + b" HTTP/1.1\r\n" + HOST + b"\r\n",), 414, "url-too-long"),
    "large by its length": ((b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 100001\r\n\r\n",), 413, "too-large"),
    "large in chunks": ((CHUNKED, *[b"4000\r\n" + b"a" * 0x4000 + b"\r\n"] * 9), 413, "too-large"),
    "compressed": (
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",),
        415, "unsupported-media-type",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(port: int, name: str) -> None:
    pieces, status, code = REFUSED[name]
    found, headers, body = answer(port, *pieces)
    assert (found, headers["content-type"]) == (status, "application/problem+json")
    problem: dict[str, Any] = json.loads(body)
    assert (problem["code"], problem["status"]) == (code, status)
    assert headers["connection"] == "close"
    assert answer(port, b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")[0] == 200


@pytest.mark.parametrize(
    "pieces",
    [
        (),
        (b"G",),
        tuple(bytes([byte]) for byte in b"GET / HTTP/1.1\r\nHost: here\r\nA: b"),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 30\r\n\r\n", *[b"a"] * 25),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n", *[b"1\r\na\r\n"] * 25),
    ],
    ids=["silent", "one byte", "slow headers", "slow body", "slow chunks"],
)
def test_a_slow_client_is_cut(port: int, pieces: tuple[bytes, ...]) -> None:
    started = time.monotonic()
    status, _, body = answer(port, *pieces, pause=0.06)
    assert (status, json.loads(body)["code"]) == (408, "too-slow")
    assert time.monotonic() - started < 4


def test_a_huge_body_costs_no_memory(port: int) -> None:
    """Half a gigabyte, announced or not; the server lives in this process."""
    before = psutil.Process().memory_info().rss
    piece = b"%x\r\n" % 2**20 + bytes(2**20) + b"\r\n"
    status, _, _ = answer(port, b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n", *[piece] * 500)
    assert status == 413
    assert psutil.Process().memory_info().rss - before < 30_000_000


def test_limits_travel_as_text() -> None:
    assert Limits.loads(LIMITS.dumps()) == LIMITS
