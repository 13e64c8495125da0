"""Who asks: the key of a request, and the caller that it stands for."""

from fastapi import Request

from deepimage.serving.api.parts import Parts
from deepimage.serving.keys import Caller
from deepimage.serving.problems import Problem


def token(request: Request) -> str | None:
    """The key in `Authorization: Bearer` or `X-API-Key`; one in the query is none. Raises Problem malformed for two."""
    shown = {key for key in (_bearer(request), _only(request, "x-api-key")) if key is not None}
    if len(shown) > 1:
        raise Problem("malformed", "Authorization and X-API-Key differ: send one key")
    return next(iter(shown), None)


async def caller_of(request: Request, parts: Parts, scope: str) -> Caller:
    """Raises Problem malformed, unauthorized or forbidden."""
    return await parts.office.authorize(token(request), scope)


def _bearer(request: Request) -> str | None:
    scheme, _, value = (_only(request, "authorization") or "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


def _only(request: Request, name: str) -> str | None:
    values = request.headers.getlist(name)
    if len(values) > 1:
        raise Problem("malformed", f"{name} is given more than once")
    return values[0] if values else None
