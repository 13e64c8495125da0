"""Serve: the API in this process or on Ray Serve, at one address."""

import ipaddress
import logging
import os
import socket
from contextlib import suppress
from pathlib import Path

from deepimage.errors import UsageError
from deepimage.serving.config import Serving
from deepimage.serving.offices import claim
from pipelines.keys import live


def serve(config: Serving) -> None:
    """Answer until interrupted. Raises UsageError for what is not safe to open, or not free."""
    check_safe(config)
    if not config.address:
        check_free(config)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    if config.recipe.runtime.engine == "local":
        _locally(config)
    else:
        from deepimage.serving.cluster import serve_until_interrupted

        serve_until_interrupted(config)


def _locally(config: Serving) -> None:
    from deepimage.serving.local import server

    with suppress(KeyboardInterrupt):  # uvicorn has ended in good order when it raises the signal again
        server(config).run()


def check_safe(config: Serving) -> None:
    """Raises UsageError where strangers could restore without a key."""
    if config.insecure or _is_loopback(config.host):
        return
    if config.keys == "never":
        raise UsageError(f"host {config.host} is open to others: do not set keys=never, or set insecure=true")
    if not live(Path(config.state)):
        remedy = f"create a key (deepimage keys create CLIENT --state {config.state}) or set insecure=true"
        raise UsageError(f"host {config.host} is open to others, and no key is live: {remedy}")


def check_free(config: Serving) -> None:
    """Raises UsageError where another service works in the state's folder, or another program has the port."""
    os.close(claim(Path(config.state)))
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    try:
        socket.create_server((config.host, config.port), family=family).close()
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]
        raise UsageError(f"host {config.host}, port {config.port}: {reason}; set another --port or --host") from None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
