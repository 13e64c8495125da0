"""One decoder process as its parent sees it: started when needed, killed when overdue or in doubt."""

import os
import signal
import socket
import subprocess
import sys
import time
from math import prod
from typing import Any

import numpy as np

from deepimage.errors import ERROR_CODES, ImageError, UsageError
from deepimage.sandbox.channel import Channel, ProtocolError

Answer = tuple[dict[str, Any], dict[str, np.ndarray]]

_START_SECONDS = 120.0  # interpreter and imports, on a busy machine
# One thread's worth of arenas and buffers: address space is what the limit counts.
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

    def _running(self) -> Channel:
        if self._process and self._process.poll() is not None:
            self.stop()
        if self._channel is None:
            self._channel = self._start()
        return self._channel

    def _start(self) -> Channel:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "deepimage.sandbox.child", str(theirs.fileno()), self.function]
                + [str(self.memory), str(self.seconds)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # decoder libraries write what strangers' files make them write
                env={**os.environ, **_ENVIRONMENT, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                process_group=0,  # Ctrl-C in the terminal is the parent's to handle
            )
        channel = Channel(ours)
        try:
            greeting = channel.receive(time.monotonic() + _START_SECONDS)
        except (EOFError, OSError, ProtocolError) as error:
            greeting = {"fault": self._autopsy(error)}
        if "ready" not in greeting:
            channel.close()
            self.stop()
            raise UsageError(f"the decoder process for {self.function} did not start: {greeting.get('fault')}")
        return channel

    def _receive(self, channel: Channel, deadline: float) -> Answer:
        reply = channel.receive(deadline)
        try:
            if "error" in reply:
                raise _verdict(*reply["error"])
            facts = dict(reply["facts"])
            shapes = {str(name): _shape(dtype, shape, self.memory) for name, dtype, shape in reply["arrays"]}
        except (KeyError, TypeError, ValueError) as error:
            raise ProtocolError(f"an answer that makes no sense ({error})") from None
        return facts, {name: channel.read_array(dtype, shape, deadline) for name, (dtype, shape) in shapes.items()}

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


def _verdict(code: Any, message: Any) -> ImageError:
    if code not in ERROR_CODES:
        raise ValueError(f"error code {code!r}")
    return ImageError(code, str(message))


def _shape(dtype: Any, shape: Any, memory: int) -> tuple[np.dtype, tuple[int, ...]]:
    """What the child says it will send, believed only as far as a child of that much memory could hold it."""
    kind, sides = np.dtype(str(dtype)), tuple(int(side) for side in shape)
    if kind.hasobject or min(sides, default=0) < 0 or prod(sides) * kind.itemsize > memory:
        raise ValueError(f"array {kind} {sides}")
    return kind, sides
