"""The picture of a request: its raw body, the multipart part `image`, or the URL that a JSON body names."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from deepimage.serving.config import Serving
from deepimage.serving.problems import Problem

# curl --data-binary calls everything a form; what it sends is never read as one
_RAW = ("", "application/octet-stream", "application/x-www-form-urlencoded")
_LONGEST_JSON = 10_000  # bytes
_PART_HEADERS = 64_000  # bytes beside the picture in a multipart body


@dataclass(frozen=True)
class Upload:
    """A picture as it came."""

    data: bytes
    name: str = ""


async def read_body(request: Request, config: Serving) -> Upload:
    """Raises Problem: malformed, too-large, unsupported-media-type, url-refused, ..."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    limit = config.recipe.limits.max_bytes
    if kind in _RAW or kind.startswith("image/"):
        return Upload(await read_limited(request, limit))
    if kind == "multipart/form-data":
        upload, _ = await read_form(request, limit)
        if not upload:
            raise Problem("malformed", "expected one file in a part named `image`")
        return upload
    if kind == "application/json":
        _check_on(config)
        return await fetched(_url(await read_limited(request, _LONGEST_JSON)), config)
    raise Problem("unsupported-media-type", "send image/*, or multipart/form-data with a part `image`")


async def read_limited(request: Request, limit: int) -> bytes:
    """The body. Raises Problem too-large."""
    data = bytearray()
    async for chunk in _limited(request, limit):
        data += chunk
    return bytes(data)


async def _limited(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise Problem("too-large", f"a body may have {limit} bytes", {"limit": limit})
        yield chunk


async def read_form(request: Request, limit: int, texts: tuple[str, ...] = ()) -> tuple[Upload | None, dict[str, str]]:
    """The file of the part `image`, if there is one, and those of the fields named `texts` that came.

    Raises Problem malformed, too-large.
    """
    stream = _limited(request, limit + _PART_HEADERS)
    try:
        form = await MultiPartParser(request.headers, stream, max_files=1, max_fields=len(texts)).parse()
    except (MultiPartException, KeyError, ValueError) as error:  # without a boundary it is a KeyError
        reason = error.message if isinstance(error, MultiPartException) else "no boundary"
        raise Problem("malformed", f"the multipart body cannot be read: {reason}") from None
    try:
        image, named = form.get("image"), {name: form.get(name) for name in texts}
        data = await image.read() if isinstance(image, UploadFile) else b""
        if len(data) > limit:
            raise Problem("too-large", f"a picture may have {limit} bytes", {"limit": limit})
        upload = Upload(data, image.filename or "") if isinstance(image, UploadFile) else None
        return upload, {name: value for name, value in named.items() if isinstance(value, str)}
    finally:
        await form.close()


async def fetched(url: str, config: Serving) -> Upload:
    """What lies at `url`. Raises Problem: unsupported-media-type where fetching is off, url-refused, source-failed."""
    _check_on(config)
    from deepimage.serving.fetch import fetch

    name = PurePosixPath(urlsplit(url).path).name
    return Upload(await fetch(url, config.urls, config.recipe.limits.max_bytes), name)


def _check_on(config: Serving) -> None:
    if not config.urls.enabled:
        raise Problem("unsupported-media-type", "fetching by URL is off here; send the picture itself")


def _url(body: bytes) -> str:
    try:
        values: Any = json.loads(body, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise Problem("malformed", "the body is not JSON") from None
    if not (isinstance(values, dict) and set(values) == {"url"} and isinstance(values["url"], str)):
        raise Problem("malformed", 'expected {"url": "https://..."} and nothing else')
    return values["url"]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a key twice")
    return values
