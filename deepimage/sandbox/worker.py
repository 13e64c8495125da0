"""One decoder process as its parent sees it: started when needed, killed when overdue or in doubt."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from math import prod
from typing import Any

import numpy as np

from deepimage.errors import ERROR_CODES, ImageError, UsageError
from deepimage.sandbox.channel import Channel, ProtocolError

Answer = tuple[dict[str, Any], dict[str, np.ndarray]]

_START_SECONDS = 120.0  # interpreter and imports, on a busy machine
# One thread's worth of arenas and buffers: address space is what the limit counts.
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "LC_ALL", "PYTHONHOME", "VIRTUAL_ENV", "TMPDIR")
_DTYPES = {"|u1", "|i1", "|b1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8", "<f4", "<f8"}
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


class Died(Exception):
    """The child ended, or stopped making sense, before it answered; the message says how."""


class Worker:
    """A child running `function` within `seconds` per call and `memory` bytes of address space. Not thread-safe."""

    def __init__(self, function: str, seconds: float, memory: int) -> None:
        self.function = function
        self.seconds = seconds
        self.memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Make sure that the child runs. Raises UsageError when it cannot be started."""
        self._running()

    def call(self, data: bytes | memoryview, options: dict[str, Any]) -> Answer:
        """Facts and arrays that the function returns. Raises ImageError (its own, or E_TIMEOUT), Died, UsageError."""
        channel = self._running()
        deadline = time.monotonic() + self.seconds
        try:
            channel.send({"size": len(data), "options": options}, [memoryview(data)], deadline)
            return self._receive(channel, deadline)
        except ImageError:
            raise
        except TimeoutError:
            self.stop()
            raise ImageError(
                "E_TIMEOUT", f"decoding took longer than {self.seconds:g} s (limits.decode_seconds)"
            ) from None
        except (EOFError, OSError, ProtocolError) as error:
            raise Died(self._autopsy(error)) from None
        except BaseException:  # an interrupt between request and answer: the next answer would be the wrong one
            self.stop()
            raise

    def stop(self) -> None:
        """Kill and reap the child; a later call starts another."""
        if self._process:
            self._process.kill()
            self._process.wait()
        if self._channel:
            self._channel.close()
        self._process = self._channel = None

    def __del__(self) -> None:
        with suppress(Exception):  # when the interpreter ends, half of what this needs may be gone
            self.stop()

    def _running(self) -> Channel:
        if self._process and self._process.poll() is not None:
            self.stop()
        if self._channel:
            return self._channel
        try:
            return self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> Channel:
        ours, theirs = socket.socketpair()
        self._channel = channel = Channel(ours)
        with theirs:
            command = [sys.executable, "-P", "-m", "deepimage.sandbox.child", str(theirs.fileno()), self.function]
            self._process = subprocess.Popen(
                [*command, str(self.memory), str(self.seconds)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # decoder libraries write what strangers' files make them write
                env=_environment(),
                process_group=0,  # Ctrl-C in the terminal is the parent's to handle
            )
        try:
            greeting = channel.receive(time.monotonic() + _START_SECONDS)
        except (EOFError, OSError, ProtocolError) as error:
            greeting = {"fault": self._autopsy(error)}
        if "ready" not in greeting:
            raise UsageError(f"the decoder process for {self.function} did not start: {greeting.get('fault')}")
        return channel

    def _receive(self, channel: Channel, deadline: float) -> Answer:
        reply = channel.receive(deadline)
        try:
            if "error" in reply:
                raise _verdict(*reply["error"])
            facts = dict(reply["facts"])
            shapes = {str(name): _shape(dtype, sides) for name, dtype, sides in reply["arrays"]}
        except (KeyError, TypeError, ValueError) as error:
            raise ProtocolError(f"an answer that makes no sense ({error})") from None
        if sum(prod(sides) * dtype.itemsize for dtype, sides in shapes.values()) > self.memory:
            raise ProtocolError("the promise of more bytes than it can hold")
        return facts, {name: channel.read_array(dtype, sides, deadline) for name, (dtype, sides) in shapes.items()}

    def _autopsy(self, error: Exception) -> str:
        """How the child ended, in words; it is certainly stopped afterwards."""
        process = self._process
        try:
            status = process.wait(0.5) if process and isinstance(error, EOFError | OSError) else None
        except subprocess.TimeoutExpired:
            status = None
        self.stop()
        if status is None:
            return f"it sent {error}" if isinstance(error, ProtocolError) else str(error) or type(error).__name__
        return signal.Signals(-status).name if status < 0 else f"exit status {status}"


def _environment() -> dict[str, str]:
    """What an interpreter needs to find the same modules; credentials stay with the parent."""
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return kept | _ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _verdict(code: Any, message: Any) -> ImageError:
    if code not in ERROR_CODES:
        raise ValueError(f"error code {code!r}")
    return ImageError(code, str(message))


def _shape(dtype: Any, sides: Any) -> tuple[np.dtype, tuple[int, ...]]:
    if dtype not in _DTYPES or not all(isinstance(side, int) and side >= 0 for side in sides):
        raise ValueError(f"array {dtype!r} {sides!r:.50}")
    return np.dtype(dtype), tuple(sides)
