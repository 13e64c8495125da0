"""Ports for the servers that tests start."""

import random
import socket

# below those that Linux gives to connections and Ray to its own servers: a service takes its port seconds later
_CANDIDATES = iter(random.SystemRandom().sample(range(20_000, 32_000), 12_000))


def free_port() -> int:
    """One that nobody listens at, and that was not given before."""
    for port in _CANDIDATES:
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    raise RuntimeError("no port is free")
