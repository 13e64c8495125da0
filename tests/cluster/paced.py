"""Pictures from a web server that gives them out no faster than somebody looks on."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

AHEAD = 16  # pictures that may be out and not yet seen to have ended
PATIENCE = 100.0  # seconds that one request waits at most


@contextmanager
def paced(folder: Path, seen: Callable[[], float]) -> Iterator[str]:
    """Address of a server of the files in `folder`; who asks for one again waits for `seen` to rise."""
    asked: Counter[str] = Counter()
    lock = threading.Lock()
    again = iter(range(1_000_000))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with lock:
                asked[self.path] += 1
                turn = next(again) if asked[self.path] > 1 else 0
            deadline = time.monotonic() + PATIENCE
            while turn > seen() + AHEAD and time.monotonic() < deadline:
                time.sleep(0.3)
            data = (folder / self.path.lstrip("/")).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *words: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
