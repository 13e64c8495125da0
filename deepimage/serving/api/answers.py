"""A result as an HTTP answer."""

import base64
import hashlib
from pathlib import PurePosixPath
from urllib.parse import quote

from fastapi import Response

from deepimage.batch.naming import SUFFIXES
from deepimage.serving.api.negotiate import MEDIA_TYPES
from deepimage.serving.order import Result

_LONGEST_NAME = 100  # characters


def picture(result: Result, name: str = "") -> Response:
    """The bytes of `result` with all that can be said of them; `name` is the client's own file name."""
    digest = hashlib.sha256(result.data)
    headers = {
        "ETag": f'"{digest.hexdigest()}"',
        "Content-Digest": f"sha-256=:{base64.b64encode(digest.digest()).decode()}:",
        "Content-Disposition": disposition(name, result.format),
        "Cache-Control": "private, no-store",
        "Vary": "Accept",
        "Server-Timing": ", ".join(f"{step};dur={took * 1000:.1f}" for step, took in result.seconds.items()),
        "Deepimage-Model": _plain(result.model),
        "Deepimage-Size": f"{result.width}x{result.height}",
    }
    if result.note:
        headers["Deepimage-Note"] = _plain(result.note)
    return Response(result.data, media_type=MEDIA_TYPES[result.format], headers=headers)


def disposition(name: str, format: str) -> str:
    """Content-Disposition with the client's own name and the result's suffix (RFC 6266); nothing in it is trusted."""
    stem = PurePosixPath(name.replace("\\", "/")).stem[:_LONGEST_NAME] or "restored"
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " ._-") else "_" for c in stem)
    suffix = SUFFIXES[format]
    value = f'inline; filename="{plain}{suffix}"'
    encoded = quote(stem.encode(errors="replace"), safe="")
    return value if plain == stem else f"{value}; filename*=UTF-8''{encoded}{suffix}"


def _plain(text: str) -> str:
    return "".join(c if " " <= c <= "~" else "?" for c in text)
