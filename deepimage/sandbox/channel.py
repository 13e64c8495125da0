"""Messages between a parent and its decoder process: a JSON header, then raw bytes whose sizes the header gives.

Nothing that arrives is ever executed or unpickled, so a child that has been taken over cannot reach into its parent.
"""

import json
import socket
import struct
import time
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

_LENGTH = struct.Struct("<I")
_LONGEST_HEADER = 16_000_000  # bytes
_PIECE = 1_000_000  # bytes skipped at a time


class ProtocolError(Exception):
    """The other side sent something that is no message."""


class Channel:
    """One end of a stream socket.

    A `deadline` is a time.monotonic() value; past it every method raises TimeoutError.
    """

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def close(self) -> None:
        self._end.close()

    def send(
        self, header: Mapping[str, Any], buffers: Iterable[memoryview] = (), deadline: float | None = None
    ) -> None:
        """Write `header`, then `buffers` without copying them."""
        text = json.dumps(header).encode()
        self._write(memoryview(_LENGTH.pack(len(text)) + text), deadline)
        for buffer in buffers:
            self._write(buffer, deadline)

    def receive(self, deadline: float | None = None) -> dict[str, Any]:
        """The next header. Raises EOFError when the other side is gone, ProtocolError when it is no JSON object."""
        (length,) = _LENGTH.unpack(self.read(_LENGTH.size, deadline))
        if length > _LONGEST_HEADER:
            raise ProtocolError(f"a header of {length} bytes")
        try:
            header = json.loads(self.read(length, deadline))
        except (ValueError, RecursionError):
            raise ProtocolError("a header that is not JSON") from None
        if not isinstance(header, dict):
            raise ProtocolError("a header that is not an object")
        return header

    def read(self, size: int, deadline: float | None = None) -> bytearray:
        """Exactly `size` bytes. Where they cannot be held they are skipped before MemoryError, to keep in step."""
        try:
            data = bytearray(size)
        except MemoryError:
            for start in range(0, size, _PIECE):
                self.read(min(_PIECE, size - start), deadline)
            raise
        self._fill(memoryview(data), deadline)
        return data

    def read_array(self, dtype: np.dtype, shape: tuple[int, ...], deadline: float | None = None) -> np.ndarray:
        """An array read straight into its own memory."""
        array = np.empty(shape, dtype)
        self._fill(raw(array), deadline)
        return array

    def _write(self, view: memoryview, deadline: float | None) -> None:
        self._end.settimeout(_left(deadline))
        self._end.sendall(view)

    def _fill(self, view: memoryview, deadline: float | None) -> None:
        while len(view):
            self._end.settimeout(_left(deadline))
            count = self._end.recv_into(view)
            if not count:
                raise EOFError("the other side is gone")
            view = view[count:]


def raw(array: np.ndarray) -> memoryview:
    """The bytes of a contiguous array, not copied."""
    return array.reshape(-1).view(np.uint8).data


def _left(deadline: float | None) -> float | None:
    """Seconds until `deadline`; socket timeouts of 0 would mean "do not wait at all"."""
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
