"""The decoder process: `python -m deepimage.sandbox.child FD MODULE:FUNCTION MEMORY SECONDS`.

It answers one request at a time until its socket closes, so it never outlives its parent: when idle it reads the
end of the stream, when busy it is stopped by its own alarm.
"""

import ctypes
import importlib
import resource
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from deepimage.errors import ImageError
from deepimage.sandbox.channel import Channel, raw

Arrays = dict[str, np.ndarray]
Function = Callable[[bytes, dict[str, Any]], tuple[dict[str, Any], Arrays]]

_GRACE = 5.0  # seconds that the parent has to kill an overdue child before the child's own alarm does
_NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS, linux/prctl.h


def main(descriptor: int, name: str, memory: int, seconds: float) -> None:
    """Load `name`, say so, then answer requests until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    channel = Channel(socket.socket(fileno=descriptor))
    try:
        function = _load(name)
        _confine(memory)
    except Exception as error:
        channel.send({"fault": _line(error)})
        return
    channel.send({"ready": True})
    try:
        while True:
            _answer(channel, function, seconds)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _load(name: str) -> Function:
    module, _, function = name.partition(":")
    loaded: Function = getattr(importlib.import_module(module), function)
    return loaded


def _confine(memory: int) -> None:
    """Bound the address space; no core dumps, no files written, no privileges gained."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def _answer(channel: Channel, function: Function, seconds: float) -> None:
    request = channel.receive()
    signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE)
    try:
        reply, arrays = _run(function, bytes(channel.read(request["size"])), request["options"])
    except MemoryError:
        reply, arrays = {"error": ["E_BOMB", "it needs more memory than limits.decode_memory"]}, []
    channel.send(reply, [raw(array) for array in arrays])
    signal.setitimer(signal.ITIMER_REAL, 0)


def _run(function: Function, data: bytes, options: dict[str, Any]) -> tuple[dict[str, Any], list[np.ndarray]]:
    try:
        facts, arrays = function(data, options)
    except ImageError as error:
        return {"error": [error.code, error.message]}, []
    except MemoryError:
        raise
    except Exception as error:
        return {"error": ["E_CRASH", f"its decoder failed: {_line(error)}"]}, []
    whole = [np.ascontiguousarray(array) for array in arrays.values()]
    shapes = [[name, array.dtype.str, list(array.shape)] for name, array in zip(arrays, whole, strict=True)]
    return {"facts": facts, "arrays": shapes}, whole


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
