"""A bad line to a real server: answers that break off or never come."""

import contextlib
import socket
import threading
from typing import Self


class BadLine:
    """A TCP relay on loopback. The first `cuts` long answers end after `cut_at` bytes; `stalled` lets nothing back."""

    def __init__(self, port: int, cuts: int = 0, cut_at: int = 100_000, stalled: bool = False) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._upstream = ("127.0.0.1", port)
        self._lock = threading.Lock()
        self._cut_at = cut_at
        self._stalled = stalled
        self._cuts = cuts
        self.made = 0
        self.endpoint = f"http://127.0.0.1:{self._server.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            server = socket.create_connection(self._upstream)
            threading.Thread(target=_relay, args=(client, server), daemon=True).start()
            threading.Thread(target=self._answer, args=(server, client), daemon=True).start()

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        passed = 0
        while data := _receive(server):
            if self._stalled:
                continue
            passed += len(data)
            if passed > self._cut_at and self._take_cut():
                break
            client.sendall(data)
        _close(client, server)

    def _take_cut(self) -> bool:
        with self._lock:
            cut = self.made < self._cuts
            self.made += cut
            return cut


def _relay(source: socket.socket, target: socket.socket) -> None:
    while data := _receive(source):
        target.sendall(data)
    _close(source, target)


def _receive(source: socket.socket) -> bytes:
    try:
        return source.recv(65536)
    except OSError:
        return b""


def _close(*sockets: socket.socket) -> None:
    for one in sockets:
        with contextlib.suppress(OSError):  # closed from the other side
            one.shutdown(socket.SHUT_RDWR)
        one.close()
