"""The page for people, at `/`."""

import hashlib
from functools import lru_cache
from importlib.resources import files

from fastapi import APIRouter, Request, Response

from deepimage.serving.api.parts import Parts
from deepimage.serving.problems import Problem

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def router(parts: Parts) -> APIRouter:
    """The routes; they need no key and tell nothing of the service."""
    routes = APIRouter(include_in_schema=False)

    @routes.api_route("/", methods=["GET", "HEAD"])
    async def page(request: Request) -> Response:
        return _answer(request, "index.html")

    @routes.api_route("/page/{name}", methods=["GET", "HEAD"])
    async def part(request: Request, name: str) -> Response:
        return _answer(request, name)

    return routes


def _answer(request: Request, name: str) -> Response:
    data = _parts().get(name)
    if data is None:
        raise Problem("not-found", "the page has no such part")
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Content-Security-Policy": _POLICY}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=_KINDS[name[name.rindex(".") :]], headers=headers)


@lru_cache(1)
def _parts() -> dict[str, bytes]:
    """All that may be asked for, by name; nothing else of the disk is reachable."""
    folder = files("deepimage.serving.page")
    return {part.name: part.read_bytes() for part in folder.iterdir() if part.name.endswith(tuple(_KINDS))}
