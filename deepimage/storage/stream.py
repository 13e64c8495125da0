"""An object far away as a seekable file, for what is larger than memory: lists and archives."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK = 4 << 20  # bytes fetched ahead


class RangeStream(io.RawIOBase):
    """Reads by `fetch(start, stop) -> bytes`, which retries and fails by itself; wrapped by `buffered`."""

    def __init__(self, fetch: Callable[[int, int], bytes], size: int) -> None:
        self._fetch = fetch
        self._size = size
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, origin + offset)
        return self._position

    def readinto(self, buffer: "WriteableBuffer") -> int:
        target = memoryview(buffer)
        stop = min(self._position + len(target), self._size)
        if stop <= self._position:
            return 0
        data = self._fetch(self._position, stop)
        target[: len(data)] = data
        self._position += len(data)
        return len(data)


def buffered(fetch: Callable[[int, int], bytes], size: int) -> io.BufferedReader:
    """`size` bytes behind `fetch` as a file that asks for a block at a time."""
    return io.BufferedReader(RangeStream(fetch, size), BLOCK)
