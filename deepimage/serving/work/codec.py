"""Strangers' bytes to pixels and back, without blocking the event loop: decoding in killable children."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from deepimage.config import Recipe
from deepimage.image.codec import remote
from deepimage.image.codec.encode import encode
from deepimage.image.codec.picture import Picture
from deepimage.sandbox import Sandbox
from deepimage.serving.work import header

P = ParamSpec("P")
T = TypeVar("T")


class Codec:
    """A child that reads headers, `decoders` children that decode, and as many threads that encode."""

    def __init__(self, recipe: Recipe, decoders: int) -> None:
        seconds, memory = recipe.limits.decode_seconds, recipe.limits.decode_memory
        self._headers = Sandbox(header.FUNCTION, 1, seconds, memory)  # a refusal must not wait for a decoder
        self._decoders = Sandbox(remote.FUNCTION, decoders, seconds, memory)
        self._reading = ThreadPoolExecutor(1, "header")
        self._decoding = ThreadPoolExecutor(decoders, "decode")
        self._encoding = ThreadPoolExecutor(decoders, "encode")

    async def warm_up(self) -> None:
        """Start the children now."""
        await asyncio.gather(_in(self._reading, self._headers.warm_up), _in(self._decoding, self._decoders.warm_up))

    async def size(self, data: bytes, recipe: Recipe) -> tuple[int, int]:
        """(height, width) by the header. Raises ImageError for a picture that the limits do not allow."""
        options = {"limits": recipe.limits.model_dump(mode="json")}
        facts, _ = await _in(self._reading, self._headers.call, data, options)
        return int(facts["height"]), int(facts["width"])

    async def decode(self, data: bytes, recipe: Recipe) -> Picture:
        """Raises ImageError."""
        return await _in(self._decoding, remote.decode, self._decoders, data, recipe.limits)

    async def encode(self, make: Callable[[], Picture], format: str, recipe: Recipe) -> bytes:
        """The bytes of the picture that `make` gives; both run in a thread. Raises ImageError."""
        return await _in(self._encoding, lambda: encode(make(), format, recipe.output))

    def close(self) -> None:
        """End the children and the threads."""
        for pool in (self._reading, self._decoding, self._encoding):
            pool.shutdown(cancel_futures=True)
        self._headers.close()
        self._decoders.close()


async def _in(pool: ThreadPoolExecutor, act: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, lambda: act(*arguments, **named))
