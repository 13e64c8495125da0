"""Messages arrive whole or not at all, and nonsense is called nonsense."""

import socket
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from deepimage.sandbox.channel import Channel, ProtocolError, raw


@pytest.fixture
def ends() -> Iterator[tuple[Channel, socket.socket]]:
    """A channel, and the bare socket at its other end."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Channel(ours), theirs


def test_header_and_array_round_trip(ends: tuple[Channel, socket.socket]) -> None:
    near, far = ends[0], Channel(ends[1])
    array = np.arange(3_000_000, dtype=np.int32).reshape(1000, 3, 1000)  # far more than a socket holds
    sender = threading.Thread(target=near.send, args=({"shape": [1000, 3, 1000]}, [raw(array)]))
    sender.start()
    header = far.receive()
    received = far.read_array(array.dtype, tuple(header["shape"]))
    sender.join()
    assert np.array_equal(received, array)


def test_a_closed_end_is_the_end(ends: tuple[Channel, socket.socket]) -> None:
    ends[1].close()
    with pytest.raises(EOFError):
        ends[0].receive()


def test_half_a_message_is_the_end_too(ends: tuple[Channel, socket.socket]) -> None:
    ends[1].sendall(b'\x10\0\0\0{"a"')
    ends[1].close()
    with pytest.raises(EOFError):
        ends[0].receive()


@pytest.mark.parametrize(
    "sent",
    [b"\xff\xff\xff\xff", b"\x02\0\0\0[]", b"\x03\0\0\0{1}", b"\x02\0\0\0\xff\xfe", b"\x50\xc3\0\0" + b"[" * 50_000],
)
def test_nonsense_is_a_protocol_error(ends: tuple[Channel, socket.socket], sent: bytes) -> None:
    ends[1].sendall(sent)
    with pytest.raises(ProtocolError):
        ends[0].receive()


def test_silence_ends_at_the_deadline(ends: tuple[Channel, socket.socket]) -> None:
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        ends[0].receive(start + 0.1)
    assert 0.1 <= time.monotonic() - start < 2


def test_a_deadline_that_is_over_does_not_wait(ends: tuple[Channel, socket.socket]) -> None:
    with pytest.raises(TimeoutError):
        ends[0].receive(time.monotonic() - 1)
