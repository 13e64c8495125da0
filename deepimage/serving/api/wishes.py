"""How a client wants its answer: at once, within some seconds, later, and only once."""

import re
from dataclasses import dataclass

from fastapi import Request

from deepimage.serving.problems import Problem

_WAIT = re.compile(r'wait\s*=\s*"?(\d{1,6})"?', re.ASCII | re.IGNORECASE)
_KEY = re.compile(r'"([\x20-\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255})')


@dataclass(frozen=True)
class Preference:
    """What of a Prefer header (RFC 7240) is understood."""

    seconds: float
    applied: str

    @property
    def header(self) -> dict[str, str]:
        return {"Preference-Applied": self.applied}


def preference(request: Request, longest: float) -> Preference | None:
    """`respond-async`, or `wait=N` of at most `longest` seconds; None where neither is wished for."""
    wishes = [wish.partition(";")[0].strip() for line in request.headers.getlist("prefer") for wish in line.split(",")]
    waits = [match for wish in wishes if (match := _WAIT.fullmatch(wish))]
    if waits:
        seconds = min(float(waits[0][1]), longest)
        return Preference(seconds, f"wait={seconds:g}")
    return Preference(0, "respond-async") if "respond-async" in (wish.lower() for wish in wishes) else None


def idempotency_key(request: Request) -> str | None:
    """Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a quoted string, or a bare one. Raises Problem."""
    given = request.headers.getlist("idempotency-key")
    if not given:
        return None
    match = _KEY.fullmatch(given[0].strip())
    if len(given) > 1 or not match:
        raise Problem("malformed", "Idempotency-Key: expected one string of 1 to 255 printable ASCII characters")
    return match[1] or match[2]
