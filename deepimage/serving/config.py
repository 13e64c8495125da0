"""Everything `serve` can be told, as one typed object; every default is safe on a machine that strangers can reach."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from deepimage.config import Bytes, Limits, Recipe, Section, read


class Requests(Section):
    """What one request may cost, and how long it may take to arrive."""

    max_header_bytes: Bytes = 16_000
    max_headers: int = Field(100, ge=8)
    max_url: int = Field(4096, ge=64)
    """Bytes of path and query."""
    header_seconds: float = Field(10, gt=0)
    """From the first byte of a connection, or the end of the last answer, to the end of the headers."""
    body_seconds: float = Field(60, gt=0)
    """From the end of the headers to the end of the body."""
    arriving: Bytes = 1_000_000_000
    """Of bodies and fetched pictures that one app replica receives at one time; beyond it 429."""
    wait_seconds: float = Field(25, gt=0)
    """Longest `Prefer: wait`; a job goes on, and is answered with 202."""
    answer_seconds: float = Field(300, gt=0)
    """A restoration that takes longer is given up."""


class Queue(Section):
    """How much work may wait; beyond it requests get 429 and Retry-After at once."""

    megapixels: float = Field(400, gt=0)
    """Output megapixels admitted and not yet answered, over all requests of one app replica."""
    requests: int = Field(64, ge=1)
    """Likewise, requests."""


def _prefix(text: str) -> str:
    """Without a last / the prefix http://example.com would let http://example.com.other.com through."""
    parts = urlsplit(text)
    plain = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    if not plain or not parts.path.endswith("/") or parts.query or parts.fragment:
        raise ValueError("expected http://host/ or https://host/, or a folder below it that ends in /")
    return text


Prefix = Annotated[str, AfterValidator(_prefix)]


class Urls(Section):
    """Fetching pictures by URL: off unless asked for."""

    enabled: bool = False
    prefixes: tuple[Prefix, ...] = ()
    """Only URLs that begin with one of these (each ends in /), at that port; none = any, at port 80 or 443."""
    private: bool = False
    """Also private and loopback addresses, knowingly: whoever may restore can then reach what this machine can."""
    max_redirects: int = Field(3, ge=0)
    connect_seconds: float = Field(3, gt=0)
    seconds: float = Field(10, gt=0)


class Jobs(Section):
    """Work that is fetched later."""

    at_once: int = Field(1, ge=1)
    """Jobs being restored at one time; what is left of the machine answers waiting clients."""
    waiting: int = Field(1000, ge=1)
    """Jobs that may wait; beyond it 429."""
    keep_hours: float = Field(24, gt=0)
    """Results, and the answers kept for an Idempotency-Key, are deleted after this."""
    webhooks: bool = True
    """Jobs may name a URL that is told when they end; it is guarded as fetched URLs are."""


class Serving(Section):
    """The whole service."""

    host: str = "127.0.0.1"
    """Anything but loopback is refused unless there are keys, or `insecure` is set."""
    port: int = Field(8000, ge=0, le=65535)
    models: tuple[str, ...] = ("fast-x4",)
    """What may be asked for by name; the first is the default."""
    recipe: Recipe = Recipe(limits=Limits(max_megapixels=50, max_bytes=50_000_000, max_output_megapixels=400))
    """What a request does not say, and the limits that no request can change."""
    state: str = "runs/serve"
    """Folder of keys, jobs and results; survives restarts."""
    keys: Literal["auto", "always", "never"] = "auto"
    """auto = asked for as soon as one has been created."""
    insecure: bool = False
    """Listen beyond loopback without keys, knowingly."""
    origins: tuple[str, ...] = ()
    """Other sites whose pages may call (CORS)."""
    requests: Requests = Requests()
    queue: Queue = Queue()
    urls: Urls = Urls()
    jobs: Jobs = Jobs()
    apps: int = Field(1, ge=1)
    """Replicas that decode, encode and answer."""
    generators: int = Field(1, ge=1)
    """Replicas that restore; the fewest, where there may be more."""
    max_generators: int = Field(1, ge=1)
    """Above `generators`: replicas come and go with the megapixels that wait."""
    megapixels_per_generator: float = Field(50, gt=0)
    """Waiting megapixels that keep one replica busy; more of them call for another one."""
    gpus: float = Field(0, ge=0)
    """Of each generator replica."""
    address: str | None = None
    """Ray cluster to join; none starts an embedded one."""


def load(path: Path | None, overrides: Iterable[str] = (), shortcuts: Mapping[str, Any] | None = None) -> Serving:
    """YAML file, then `dotted.key=value` overrides, then shortcut flags -> Serving. Raises ConfigError."""
    return read(Serving, path, overrides, shortcuts)
