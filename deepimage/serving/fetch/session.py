"""A client session that checks the very address that each connection is about to be made to.

Checking the URL or the resolved name earlier is not enough: a literal skips the resolver, and a name may resolve to
something else a moment later.
"""

import socket

from aiohttp import AddrInfoType, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver

from deepimage import __version__
from deepimage.serving.config import Urls
from deepimage.serving.fetch.addresses import PRIVATE, Network, may_connect

_HEADERS = {"User-Agent": f"deepimage/{__version__}", "Accept-Encoding": "identity"}


class AddressRefused(OSError):
    """The address of a connection is not public."""

    def __init__(self) -> None:
        super().__init__("not a public address")  # the same for all: which it was is nobody's business


class Guard:
    """Makes sockets for public addresses, and for those in `allowed`; no setting names these one by one."""

    def __init__(self, allowed: tuple[Network, ...] = ()) -> None:
        self._allowed = allowed

    def __call__(self, address: AddrInfoType) -> socket.socket:
        """A socket for that address. Raises AddressRefused."""
        family, kind, protocol, _, (host, *_) = address
        if not may_connect(str(host), self._allowed):
            raise AddressRefused
        return socket.socket(family, kind, protocol)


def guarded_session(rules: Urls, guard: Guard | None = None, resolver: AbstractResolver | None = None) -> ClientSession:
    """Every connection of it is new and checked; no proxy, no cookies, nothing decompressed.

    A connection that is refused raises ClientConnectorError, its `os_error` AddressRefused. Whether a URL's scheme,
    port and prefix are right is for `urls.admit` to say; do not let the session follow redirects by itself.
    """
    connector = TCPConnector(
        socket_factory=guard or Guard(PRIVATE if rules.private else ()),
        resolver=resolver,
        use_dns_cache=False,
        force_close=True,
    )
    return ClientSession(
        connector=connector,
        timeout=ClientTimeout(total=rules.seconds, connect=rules.connect_seconds),
        cookie_jar=DummyCookieJar(),
        headers=_HEADERS,
        trust_env=False,
        auto_decompress=False,
        requote_redirect_url=False,
    )
