"""What a connection may send, as one value that travels to the proxy's process in the environment."""

import json
from dataclasses import asdict, dataclass

from deepimage.serving.config import Serving


@dataclass(frozen=True)
class Limits:
    """Bytes, counts and seconds of one request."""

    header_bytes: int = 16_000
    headers: int = 100
    url_bytes: int = 4096
    body_bytes: int = 50_000_000
    header_seconds: float = 10
    body_seconds: float = 60

    @classmethod
    def of(cls, config: Serving) -> "Limits":
        """Those of the service. A multipart body may be a little larger than its picture."""
        asked = config.requests
        return cls(
            header_bytes=asked.max_header_bytes,
            headers=asked.max_headers,
            url_bytes=asked.max_url,
            body_bytes=config.recipe.limits.max_bytes + 100_000,
            header_seconds=asked.header_seconds,
            body_seconds=asked.body_seconds,
        )

    @classmethod
    def loads(cls, text: str) -> "Limits":
        """The limits that `dumps` wrote."""
        return cls(**json.loads(text))

    def dumps(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))
