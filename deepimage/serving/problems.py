"""Errors on the wire: RFC 9457 problem details with a stable `code`. Never the text of an unforeseen exception."""

from dataclasses import dataclass, field
from typing import Any

from deepimage.errors import ImageError, OutOfMemory, StorageError, UsageError

MEDIA_TYPE = "application/problem+json"
_TYPES = "https://deepimage.invalid/problems/"  # a name, not an address: RFC 9457 allows any stable URI

CODES: dict[str, tuple[int, str]] = {
    "malformed": (400, "The request cannot be read"),
    "unauthorized": (401, "An API key is needed"),
    "forbidden": (403, "The key does not allow this"),
    "not-found": (404, "There is no such thing"),
    "method-not-allowed": (405, "This address does not take that method"),
    "not-acceptable": (406, "No format that the client accepts can be made"),
    "too-slow": (408, "The request took too long to arrive"),
    "in-progress": (409, "A request with this Idempotency-Key is still running"),
    "gone": (410, "The result has expired"),
    "too-large": (413, "The body is too large"),
    "url-too-long": (414, "The URL is too long"),
    "unsupported-media-type": (415, "This kind of body is not taken"),
    "invalid-options": (422, "Options are wrong"),
    "picture": (422, "The picture cannot be restored"),
    "key-reused": (422, "The Idempotency-Key was used with another request"),
    "url-refused": (422, "The URL may not be fetched"),
    "headers-too-large": (431, "The headers are too large"),
    "queue-full": (429, "Too much work is waiting"),
    "quota-exceeded": (429, "The key's quota is used up"),
    "internal": (500, "Something broke here"),
    "source-failed": (502, "The URL's server failed"),
    "not-ready": (503, "Not ready"),
    "out-of-memory": (503, "The picture does not fit this machine now"),
    "source-timeout": (504, "The URL's server took too long"),
    "timeout": (504, "The restoration took too long"),
}
"""code -> (status, title)."""
RETRYABLE = {408, 409, 429, 502, 503, 504}


@dataclass
class Problem(Exception):
    """An answer that is an error: `code` is of CODES; `extra` goes into the body (errors, limit, actual, ...)."""

    code: str
    detail: str
    extra: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return CODES[self.code][0]

    def body(self) -> dict[str, Any]:
        """The problem document."""
        status, title = CODES[self.code]
        return {
            "type": _TYPES + self.code,
            "title": title,
            "status": status,
            "detail": self.detail,
            "code": self.code,
            "retryable": status in RETRYABLE,
            **self.extra,
        }


def problem_from(body: dict[str, Any]) -> Problem:
    """The problem whose document `body` is."""
    told = ("type", "title", "status", "detail", "code", "retryable")
    return Problem(body["code"], body["detail"], {name: value for name, value in body.items() if name not in told})


def problem_of(error: Exception) -> Problem:
    """What a client is told of an error of ours; anything unforeseen is `internal` and says nothing."""
    match error:
        case Problem():
            return error
        case ImageError():
            return Problem("picture", error.message, {"picture": error.code})
        case OutOfMemory():
            return Problem("out-of-memory", "try a smaller picture, or again later", headers={"Retry-After": "10"})
        case UsageError():
            return Problem("invalid-options", str(error))
        case StorageError():
            return Problem("not-ready", "the service's disk fails; try again later", headers={"Retry-After": "30"})
        case _:
            return Problem("internal", "the fault is on this side; the request id names it in the log")
