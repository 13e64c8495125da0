"""URL -> bytes, with every limit on the way."""

import asyncio
import socket
from contextlib import AsyncExitStack

from aiohttp import ClientConnectorDNSError, ClientConnectorError, ClientError, ClientResponse, ClientSession
from yarl import URL

from deepimage.serving.config import Urls
from deepimage.serving.fetch.session import AddressRefused, guarded_session
from deepimage.serving.fetch.urls import admit, next_hop, refused
from deepimage.serving.problems import Problem

_REDIRECTS = (301, 302, 303, 307, 308)
_PIECE = 65_536  # bytes


async def fetch(url: str, rules: Urls, max_bytes: int, session: ClientSession | None = None) -> bytes:
    """What is at `url`; `session` is a guarded one, a new one by default.

    Raises Problem url-refused, source-failed, source-timeout, too-large.
    """
    target = admit(url, rules)
    try:
        async with AsyncExitStack() as opened:
            if session is None:
                session = await opened.enter_async_context(guarded_session(rules))
            async with asyncio.timeout(rules.seconds):
                return await _followed(session, target, rules, max_bytes)
    except TimeoutError:
        raise Problem("source-timeout", "the URL's server took too long", {"limit": rules.seconds}) from None
    except (ClientError, ValueError, OSError) as error:
        raise _failed(error) from None


async def _followed(session: ClientSession, url: URL, rules: Urls, max_bytes: int) -> bytes:
    for _ in range(rules.max_redirects + 1):
        async with session.get(url, allow_redirects=False) as answer:
            if answer.status not in _REDIRECTS or "Location" not in answer.headers:
                return await _body(answer, max_bytes)
            url = next_hop(url, answer.headers["Location"], rules)
    raise refused(f"it is redirected more than {rules.max_redirects} times")


async def _body(answer: ClientResponse, max_bytes: int) -> bytes:
    if answer.status != 200:
        raise Problem("source-failed", f"the URL's server answered {answer.status}", {"source_status": answer.status})
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem("source-failed", "the URL's server sent a Content-Encoding that was not asked for")
    _check(answer.content_length or 0, max_bytes)
    data = bytearray()
    async for piece in answer.content.iter_chunked(_PIECE):
        data += piece
        _check(len(data), max_bytes)
    return bytes(data)


def _check(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise Problem("too-large", f"a picture may have {max_bytes} bytes", {"limit": max_bytes})


def _failed(error: Exception) -> Problem:
    """A name that does not exist and one of this network look the same: names inside cannot be found out."""
    cause = error.os_error if isinstance(error, ClientConnectorError) else None
    unknown = isinstance(error, ClientConnectorDNSError) and getattr(cause, "errno", None) != socket.EAI_AGAIN
    if isinstance(error, ValueError) or isinstance(cause, AddressRefused) or unknown:
        return refused("its host has no public address")
    return Problem("source-failed", "the URL's server could not be reached, or broke off")
