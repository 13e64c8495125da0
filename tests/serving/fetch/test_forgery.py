"""URLs that would lend a stranger this machine's place in the network: all refused alike, none connects."""

import asyncio
import socket
from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from deepimage.serving.config import Urls
from deepimage.serving.fetch import fetch, guarded_session
from deepimage.serving.fetch.session import Guard
from deepimage.serving.problems import Problem

from .source import PICTURE, Source, source

# each is allowed by a prefix of its own, so that nothing but the address is left to refuse it
HOSTS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "0x7f000001",
    "0x7f.0x0.0x0.0x1",
    "0x7f.1",
    "00000177.0.0.1",
    "0",
    "0.0.0.0",
    "①②⑦.⓪.⓪.①",
    "１２７.０.０.１",
    "127。0。0。1",
    "127．0．0．1",
    "localhost",
    "LOCALHOST",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::1]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    "[2606:4700::5efe:127.0.0.1]",
    "[fe80::1]",
    "[fec0::1]",
    "[fd00:ec2::254]",
    "169.254.169.254",
    "100.100.100.200",
    "192.168.0.1",
    "10.0.0.1",
]
TEXTS = [
    "http://example.com@127.0.0.1:{port}/photo.jpg",
    "http://user:password@127.0.0.1:{port}/",
    "http://:@127.0.0.1:{port}/",
    "http://@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@example.com/",
    "http://example.com\\@127.0.0.1:{port}/",
    "http://10.0.0.1#@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}#@example.com/",
    "http://127.0.0.1:{port}/\r\nHost: example.com",
    "http://127.0.0.1:{port}/ HTTP/1.1\r\nX: y",
    "http://127.0.0.1:{port}/\t",
    "\x00http://127.0.0.1:{port}/",
    " http://127.0.0.1:{port}/",
    "http://127.0.0.1%00.example.com:{port}/",
    "http://%31%32%37.0.0.1:{port}/",
    "http://[::1%25lo]:{port}/",
    "http://[::1%lo]:{port}/",
    "http://[fe80::1%25eth0]:{port}/",
    "http://[::1:{port}/",
    "http://127.0.0.1:{port}0000/",
    "http://127.0.0.1:0x50/",
    "http:127.0.0.1:{port}/",
    "http:/127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "127.0.0.1:{port}/",
    "https://127.0.0.1:{port}/",
    "ftp://127.0.0.1:{port}/photo.jpg",
    "gopher://127.0.0.1:{port}/_GET%20/",
    "dict://127.0.0.1:{port}/",
    "ws://127.0.0.1:{port}/",
    "unix:///var/run/docker.sock",
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "data:image/png;base64,AAAA",
    "s3://bucket/photo.jpg",
    "javascript:alert(1)",
    "http://" + "a" * 300 + ".example/",
    "http://a..example/",
    "http://xn--/",
    "http://",
    "",
    "http://127.0.0.1:{port}/" + "a" * 5000,
]


@pytest.fixture(scope="module")
def server() -> Iterator[Source]:
    with source() as server:
        yield server


@pytest.fixture(autouse=True)
def _untouched(server: Source) -> Iterator[None]:
    server.hits = 0
    yield
    assert server.hits == 0


def refusal(url: str, rules: Urls) -> Problem:
    with pytest.raises(Problem) as caught:
        asyncio.run(fetch(url, rules, 1_000_000))
    assert caught.value.code == "url-refused"
    return caught.value


@pytest.mark.parametrize("host", HOSTS)
def test_addresses_in_every_notation(server: Source, host: str) -> None:
    rules = Urls(prefixes=(f"http://{host}:{server.port}/",))
    told = refusal(f"http://{host}:{server.port}/photo.jpg", rules)
    assert told.detail == "its host has no public address"


@pytest.mark.parametrize("text", TEXTS)
def test_texts(server: Source, text: str) -> None:
    told = refusal(text.format(port=server.port), Urls())
    assert "127.0.0.1" not in told.detail


@pytest.mark.parametrize("host", HOSTS)
def test_the_session_alone_refuses_too(server: Source, host: str) -> None:
    """Webhooks use it, and ask it for any port."""

    async def ask() -> None:
        async with guarded_session(Urls()) as session, session.get(f"http://{host}:{server.port}/"):
            pass

    with pytest.raises((OSError, ValueError)):
        asyncio.run(ask())


class Names(AbstractResolver):
    """A resolver of one's own: each call gets the next of `answers`, the last one for ever."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self._answers = list(answers)

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_UNSPEC) -> list[ResolveResult]:
        addresses = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [_result(host, address, port) for address in addresses]

    async def close(self) -> None:
        """Nothing is open."""


class Trouble(AbstractResolver):
    """A resolver that fails after `seconds`."""

    def __init__(self, number: int, seconds: float = 0) -> None:
        self._error = socket.gaierror(number, "10.0.0.53 does not know pictures.example")
        self._seconds = seconds

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_UNSPEC) -> list[ResolveResult]:
        await asyncio.sleep(self._seconds)
        raise self._error

    async def close(self) -> None:
        """Nothing is open."""


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)


async def by_name(url: str, names: AbstractResolver, prefix: str, *allowed: str) -> bytes:
    guard = Guard(tuple(ip_network(network) for network in allowed))
    rules = Urls(prefixes=(prefix,), seconds=3, connect_seconds=0.5)
    async with guarded_session(rules, guard, names) as session:
        return await fetch(url, rules, 1_000_000, session)


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("pictures.example", ("127.0.0.1",)),
        ("pictures.example", ("127.0.0.1", "::1")),
        ("pictures.example", ("::ffff:127.0.0.1",)),
        ("pictures.example", ("10.0.0.1", "fe80::1")),
        ("localhost.", ("127.0.0.1",)),
        ("127.0.0.1.", ("127.0.0.1",)),
    ],
)
def test_names_of_private_addresses(server: Source, name: str, answers: tuple[str, ...]) -> None:
    prefix = f"http://{name}:{server.port}/"
    with pytest.raises(Problem) as caught:
        asyncio.run(by_name(f"{prefix}photo.jpg", Names(answers), prefix))
    assert caught.value.detail == "its host has no public address"


@pytest.mark.parametrize(
    ("trouble", "code", "detail"),
    [
        (Trouble(socket.EAI_NONAME), "url-refused", "its host has no public address"),
        (Trouble(socket.EAI_AGAIN), "source-failed", "the URL's server could not be reached, or broke off"),
        (Trouble(socket.EAI_AGAIN, 9), "source-timeout", "the URL's server took too long"),
    ],
)
def test_names_that_do_not_resolve(trouble: Trouble, code: str, detail: str) -> None:
    """Like those of private addresses, so that nobody can find out which names there are inside."""
    prefix = "http://pictures.example/"
    with pytest.raises(Problem) as caught:
        asyncio.run(by_name(prefix, trouble, prefix))
    assert (caught.value.code, caught.value.detail) == (code, detail)


def test_a_name_that_changes_its_address(server: Source) -> None:
    """First that of a server that may be asked, which sends the client to the same name again."""
    with source("127.0.0.2") as front:
        # the server that must not be reached listens at the port of the other: its address alone tells them apart
        with socket.create_server(("127.0.0.1", front.port)) as inner:
            inner.settimeout(0)
            prefix = f"http://pictures.example:{front.port}/"
            asked = by_name(
                f"{prefix}moved?to=/photo.jpg", Names(("127.0.0.2",), ("127.0.0.1",)), prefix, "127.0.0.2/32"
            )
            with pytest.raises(Problem) as caught:
                asyncio.run(asked)
            with pytest.raises(BlockingIOError):
                inner.accept()
        assert front.hits == 1
        steady = by_name(f"{prefix}moved?to=/photo.jpg", Names(("127.0.0.2",)), prefix, "127.0.0.2/32")
        assert asyncio.run(steady) == PICTURE
    assert caught.value.code == "url-refused"


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{port}/photo.jpg",
        "//127.0.0.1:{port}/photo.jpg",
        "http://localhost:{port}/photo.jpg",
        "http://[::ffff:127.0.0.1]:{port}/photo.jpg",
        "http://2130706433:{port}/photo.jpg",
        "http://pictures.example@127.0.0.1:{port}/photo.jpg",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/",
    ],
)
def test_redirects(server: Source, location: str) -> None:
    """By a server that may be asked to one that may not, though its text is below a prefix where it can be."""
    to = location.format(port=server.port)
    hosts = ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433")
    with source("127.0.0.2") as front:
        prefixes = (f"http://127.0.0.2:{front.port}/", *(f"http://{host}:{server.port}/" for host in hosts))

        async def ask() -> bytes:
            rules = Urls(prefixes=prefixes)
            async with guarded_session(rules, Guard((ip_network("127.0.0.2/32"),))) as session:
                return await fetch(f"http://127.0.0.2:{front.port}/moved?to={to}", rules, 1_000_000, session)

        with pytest.raises(Problem) as caught:
            asyncio.run(ask())
        assert front.hits == 1
    assert caught.value.code == "url-refused"


def test_the_same_server_is_reached_where_that_is_wished(server: Source) -> None:
    """Else the tests above would prove nothing."""
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "①②⑦.⓪.⓪.①"):
        url = f"http://{host}:{server.port}/"
        assert asyncio.run(fetch(f"{url}photo.jpg", Urls(private=True, prefixes=(url,)), 1_000_000)) == PICTURE
    assert server.hits == 4
    server.hits = 0
