"""Which URLs may be asked for at all, by their text; read once, by the parser of the client that will use it."""

import re

from yarl import URL

from deepimage.serving.config import Urls
from deepimage.serving.problems import Problem

_LONGEST = 4096  # characters
_PORTS = (80, 443)
_NEVER = re.compile(r"[\x00-\x20\x7f-\xa0\\]")  # parsers differ on what these mean
_HIDDEN = re.compile(r"%2[ef]|%5c", re.IGNORECASE)  # dots and slashes that a server may take for real ones


def admit(text: str, rules: Urls) -> URL:
    """The URL that `text` is. Raises Problem url-refused."""
    url = _parsed(text)
    if url.scheme not in ("http", "https"):
        raise refused("expected http:// or https://")
    if "@" in url.raw_authority:
        raise refused("a user name or password in it is not taken")
    host = _host(url)
    if not host or "%" in host:
        raise refused("expected a host in it")
    if rules.prefixes and not any(_below(url, URL(prefix)) for prefix in rules.prefixes):
        raise refused("it is not among the addresses that are open here")
    if not rules.prefixes and url.port not in _PORTS:
        raise refused("expected port 80 or 443")
    return url


def next_hop(url: URL, location: str, rules: Urls) -> URL:
    """Where a redirect from `url` leads. Raises Problem url-refused."""
    there = admit(str(url.join(_parsed(location))), rules)
    if url.scheme == "https" and there.scheme != "https":
        raise refused("it leads from https to http")
    return there


def refused(why: str) -> Problem:
    """The answer; `why` says nothing of what is behind the URL."""
    return Problem("url-refused", why)


def _parsed(text: str) -> URL:
    if len(text) > _LONGEST or _NEVER.search(text):
        raise refused(f"expected at most {_LONGEST} characters, without blanks, control characters and backslashes")
    try:
        return URL(text)
    except ValueError:
        raise refused("it cannot be read") from None


def _host(url: URL) -> str | None:
    """Decoded only now, so that it may turn out wrong only now."""
    try:
        return url.host
    except ValueError:
        return None


def _below(url: URL, prefix: URL) -> bool:
    """Of the same scheme, host and port, and in that folder."""
    same = (url.scheme, url.raw_host, url.port) == (prefix.scheme, prefix.raw_host, prefix.port)
    inside = url.raw_path.startswith(prefix.raw_path) and not (prefix.raw_path != "/" and _HIDDEN.search(url.raw_path))
    return same and inside
