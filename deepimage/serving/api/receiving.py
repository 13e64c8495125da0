"""How much of bodies may be on its way in: all of it is in memory, and nobody has been admitted yet."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request

from deepimage.serving.config import Serving
from deepimage.serving.problems import Problem

_RETRY = {"Retry-After": "2"}


class Receiving:
    """The bodies that one app replica is receiving."""

    def __init__(self, config: Serving) -> None:
        self._largest = config.recipe.limits.max_bytes
        self._most = max(config.requests.arriving, self._largest)
        self._held = 0

    @contextmanager
    def place(self, request: Request) -> Iterator[None]:
        """Room for the body of `request`, or for what its URL gives. Raises Problem queue-full."""
        size = self._size(request)
        if self._held + size > self._most:
            raise Problem("queue-full", "too many pictures are arriving at once", headers=_RETRY)
        self._held += size
        try:
            yield
        finally:
            self._held -= size

    def _size(self, request: Request) -> int:
        """As it says; as large as may be where it does not say, or is a few bytes that name a picture elsewhere."""
        said = request.headers.get("content-length", "")
        linked = request.headers.get("content-type", "").startswith("application/json")
        return min(int(said), self._largest) if said.isascii() and said.isdigit() and not linked else self._largest
