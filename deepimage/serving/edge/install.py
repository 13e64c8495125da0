"""Puts the guarded protocol into the processes that listen: uvicorn's own, or the proxies of Ray Serve."""

import os
from typing import Any

from starlette.middleware import Middleware
from uvicorn.config import HTTP_PROTOCOLS

from deepimage.serving.edge.headers import AnswerHeaders
from deepimage.serving.edge.limits import Limits
from deepimage.serving.edge.protocol import configure

LIMITS = "DEEPIMAGE_EDGE_LIMITS"
CALLBACK = "RAY_SERVE_HTTP_PROXY_CALLBACK_IMPORT_PATH"  # read by Serve, on every node that has a proxy


def environment(limits: Limits) -> dict[str, str]:
    """What must be in the environment of a node for its proxy to guard its connections."""
    return {LIMITS: limits.dumps(), CALLBACK: "deepimage.serving.edge.install.in_proxy"}


def in_proxy() -> list[Any]:
    """Called by Serve's proxy before it listens; returns the middlewares that all its answers pass."""
    configure(Limits.loads(os.environ[LIMITS]) if LIMITS in os.environ else Limits())
    HTTP_PROTOCOLS["auto"] = "deepimage.serving.edge.protocol:GuardedProtocol"
    return [Middleware(AnswerHeaders)]
