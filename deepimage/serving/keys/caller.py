"""Who asks."""

from dataclasses import dataclass

SCOPES = ("restore", "metrics")


@dataclass(frozen=True)
class Caller:
    """A client: the owner of jobs and of a quota, whichever of its keys it shows."""

    id: str
    """The client's name."""
    name: str
    """Of the key it showed, without the secret; for the log."""
    scopes: frozenset[str]
    """What that key allows, of SCOPES."""


ANONYMOUS = Caller("anonymous", "anonymous", frozenset(SCOPES))
"""Everyone, where keys are not asked for."""
