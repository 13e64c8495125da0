"""A picture server of one's own: on loopback, counting every connection."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

PICTURE = bytes(range(256)) * 400


class Source(ThreadingHTTPServer):
    """`hits` are connections, `asked` the requests with their headers."""

    daemon_threads = True

    def __init__(self, host: str) -> None:
        super().__init__((host, 0), _Answers)
        self.hits = 0
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.port = self.server_address[1]
        self.picture = PICTURE

    def get_request(self) -> Any:
        self.hits += 1
        return super().get_request()


class _Answers(BaseHTTPRequestHandler):
    server: Source

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        getattr(self, url.path.rpartition("/")[2].partition(".")[0], self.photo)(query)

    def photo(self, query: dict[str, str]) -> None:
        picture = self.server.picture
        self._say(200, {"Content-Length": str(len(picture))}, picture)

    def status(self, query: dict[str, str]) -> None:
        self._say(int(query["of"]), {"Content-Length": "0"})

    def moved(self, query: dict[str, str]) -> None:
        self._say(302, {"Location": unquote(query["to"]), "Set-Cookie": "a=b", "Content-Length": "0"})

    def loop(self, query: dict[str, str]) -> None:
        self._say(302, {"Location": self.path, "Content-Length": "0"})

    def endless(self, query: dict[str, str]) -> None:
        self._say(200, {})
        while True:
            self.wfile.write(PICTURE)

    def lying(self, query: dict[str, str]) -> None:
        self._say(200, {"Content-Length": "2000000000"}, PICTURE)

    def short(self, query: dict[str, str]) -> None:
        self._say(200, {"Content-Length": str(len(PICTURE) + 1)}, PICTURE)

    def slow(self, query: dict[str, str]) -> None:
        self._say(200, {"Content-Length": "1000"})
        for _ in range(50):
            self.wfile.write(b"x")
            time.sleep(0.1)

    def silent(self, query: dict[str, str]) -> None:
        time.sleep(3)

    def gzip(self, query: dict[str, str]) -> None:
        self._say(200, {"Content-Encoding": "gzip", "Content-Length": "4"}, b"none")

    def garbage(self, query: dict[str, str]) -> None:
        self.wfile.write(b"\x16\x03\x01 not HTTP\r\n\r\n")

    def headers_without_end(self, query: dict[str, str]) -> None:
        self._say(200, {"X-Long": "a" * 100_000})

    def log_message(self, *arguments: object) -> None:
        """Says nothing."""

    def _say(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        with suppress(ConnectionError):  # the client has had enough
            super().handle()


@contextmanager
def source(host: str = "127.0.0.1") -> Iterator[Source]:
    """A running one."""
    server = Source(host)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
