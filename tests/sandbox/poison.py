"""Functions that misbehave inside a decoder process, to be named by string."""

import ctypes
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from deepimage.errors import ImageError

Answer = tuple[dict[str, Any], dict[str, np.ndarray]]


def echo(data: bytes, options: dict[str, Any]) -> Answer:
    """The bytes and the options back, with the child's own process id."""
    return {"options": options, "pid": os.getpid()}, {"bytes": np.frombuffer(data, np.uint8)}


def act(data: bytes, options: dict[str, Any]) -> Answer:
    """Do what `data` says: b"segfault", b"loop", ...; anything else is echoed."""
    actions = {b"segfault": _segfault, b"loop": _loop, b"allocate": _allocate, b"exit": _exit, b"bug": _bug}
    actions |= {b"refuse": _refuse, b"babble": _babble, b"boast": _boast}
    actions |= {b"pretend": _pretend, b"lie": _lie}
    if data in actions:
        actions[data]()
    return echo(data, options)


def large(data: bytes, options: dict[str, Any]) -> Answer:
    """An array of options["shape"] bytes."""
    return {}, {"pixels": np.full(options["shape"], 7, np.uint8)}


def die_once(data: bytes, options: dict[str, Any]) -> Answer:
    """Remove the file options["marker"] and die; once it is gone, echo."""
    marker = Path(options["marker"])
    if marker.exists():
        marker.unlink()
        os._exit(1)
    return echo(data, options)


def write(data: bytes, options: dict[str, Any]) -> Answer:
    """Try to write `data` to the file options["path"]."""
    Path(options["path"]).write_bytes(data)
    return {}, {}


def _segfault() -> None:
    ctypes.string_at(0)


def _loop() -> None:
    while True:
        time.sleep(0.01)


def _allocate() -> None:
    np.ones(10**12, np.uint8)


def _exit() -> None:
    os._exit(3)


def _bug() -> None:
    raise IndexError("a bug\nin the decoder")


def _refuse() -> None:
    raise ImageError("E_COLOR", "no such colour")


def _send(text: bytes) -> None:
    """Write a message of its own on every socket, as a child would that runs a stranger's code."""
    for descriptor in range(3, 1024):
        try:
            os.write(descriptor, len(text).to_bytes(4, "little") + text)
        except OSError:
            continue


def _babble() -> None:
    _send(b"\x80\x04not json")


def _boast() -> None:
    _send(b'{"facts": {}, "arrays": [["pixels", "|u1", [1000000000, 1000000000]]]}')


def _pretend() -> None:
    _send(b'{"error": ["E_UNHEARD_OF", "x"]}')


def _lie() -> None:
    _send(b'{"facts": 5, "arrays": [["pixels", "O", "abc"]]}')
