"""What OpenAPI says of bodies and answers that FastAPI cannot see."""

from typing import Any

from pydantic import BaseModel

from deepimage.serving.api.negotiate import MEDIA_TYPES
from deepimage.serving.problems import CODES, MEDIA_TYPE, RETRYABLE

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FORM = {
    "type": "object",
    "properties": {"image": {"type": "string", "format": "binary"}},
    "required": ["image"],
    "additionalProperties": False,
}
_URL = {
    "type": "object",
    "properties": {"url": {"type": "string"}},
    "required": ["url"],
    "additionalProperties": False,
}

BODIES: dict[str, Any] = {
    "required": True,
    "description": "The picture: raw, as the part `image` of a form, or by its URL where that is switched on.",
    "content": {
        "image/*": _BINARY,
        "application/octet-stream": _BINARY,
        "multipart/form-data": {"schema": _FORM},
        "application/json": {"schema": _URL},
    },
}
_RETRY_AFTER = {"Retry-After": {"description": "Seconds", "schema": {"type": "string", "pattern": "^[0-9]+$"}}}
_PICTURE_HEADERS = {
    "ETag": "sha256 of the bytes",
    "Content-Digest": "RFC 9530",
    "Deepimage-Model": "Its name and the first digits of its sha256",
    "Deepimage-Size": "Width x height",
    "RateLimit": "Megapixels that are left today, where the key has a quota",
    "Server-Timing": "decode, restore, encode",
}
PICTURE: dict[str, Any] = {
    "description": "The picture",
    "content": dict.fromkeys(MEDIA_TYPES.values(), _BINARY),
    "headers": {name: {"description": text, "schema": {"type": "string"}} for name, text in _PICTURE_HEADERS.items()},
}

KEYS: dict[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "Where keys are asked for"},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


class ProblemDocument(BaseModel):
    """RFC 9457, with a stable `code`; other members may follow."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    retryable: bool


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route for these statuses, with the codes that stand for each."""
    document = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    return {
        status: {
            "description": ", ".join(code for code, (number, _) in CODES.items() if number == status),
            "content": document,
            "headers": _RETRY_AFTER if status in RETRYABLE else {},
        }
        for status in statuses
    }
