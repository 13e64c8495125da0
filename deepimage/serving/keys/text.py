"""The text of a key: `dik_<id>_<secret>`, with a prefix that scanners for leaked secrets can look for."""

import hashlib
import re
import secrets
from dataclasses import dataclass

_TEXT = re.compile(r"dik_([0-9a-f]{12})_([A-Za-z0-9_-]{43})", re.ASCII)


@dataclass(frozen=True)
class KeyText:
    """A key's two halves: its public id, and the secret that only its holder keeps."""

    id: str
    secret: str

    @classmethod
    def new(cls) -> "KeyText":
        """An id and 256 random bits."""
        return cls(secrets.token_hex(6), secrets.token_urlsafe(32))

    @classmethod
    def parse(cls, text: str) -> "KeyText | None":
        """None for what cannot be a key."""
        match = _TEXT.fullmatch(text)
        return cls(*match.groups()) if match else None

    def __str__(self) -> str:
        return f"dik_{self.id}_{self.secret}"

    def __repr__(self) -> str:
        return f"KeyText({self.id!r}, ...)"  # a secret must not get into a log

    @property
    def digest(self) -> bytes:
        """All that is kept of the secret; it is random and long, so that a fast hash is enough."""
        return hashlib.sha256(self.secret.encode()).digest()
