"""A text stream that outlives its reader: a closed pipe or a lost terminal silences it and raises nothing."""

import io
import os
from typing import TextIO, cast

from rich.console import Console

_COLUMNS = 80  # where nothing better is known


class Terminal(io.TextIOBase):
    """Writes to `stream` until that fails, then to nowhere."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._open = True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return getattr(self._stream, "encoding", None) or "utf-8"

    def isatty(self) -> bool:
        return self._open and self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self._open:
            try:
                self._stream.write(text.encode(self.encoding, "replace").decode(self.encoding))
            except (OSError, ValueError):
                self._silence()
        return len(text)

    def flush(self) -> None:
        if self._open:
            try:
                self._stream.flush()
            except (OSError, ValueError):
                self._silence()

    @property
    def columns(self) -> int:
        """Width of this very terminal, which may not be the one that the process was started in."""
        try:
            return os.get_terminal_size(self.fileno()).columns or _COLUMNS
        except (OSError, ValueError):
            return _COLUMNS

    def console(self) -> Console:
        """Rich's view of this stream."""
        return Console(file=cast(TextIO, self), width=self.columns)

    def _silence(self) -> None:
        """What is still buffered would fail again when the process ends, so it is sent to the null device."""
        self._open = False
        try:
            descriptor = self._stream.fileno()
        except (OSError, ValueError):
            return
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, descriptor)
        os.close(null)
