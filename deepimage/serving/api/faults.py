"""Every error leaves as problem+json with a stable code."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match

from deepimage.errors import DeepimageError
from deepimage.serving.api.hangup import HungUp
from deepimage.serving.api.parts import Parts
from deepimage.serving.problems import CODES, MEDIA_TYPE, Problem, problem_of

_CLIENT_GONE = 499  # nginx's number; nobody reads it but the log
_BY_STATUS = {status: code for code, (status, _) in reversed(CODES.items())}


def install(app: FastAPI, parts: Parts, routes: Sequence[BaseRoute]) -> None:
    """Handlers for all that one of `routes` may raise."""

    async def told(request: Request, error: Any) -> Response:
        problem = _problem(error)
        parts.metrics.errors.labels(problem.code).inc()
        headers = {"Cache-Control": "no-store"} | (getattr(error, "headers", None) or {}) | problem.headers
        if problem.code == "method-not-allowed":
            headers["Allow"] = _allowed(routes, request)
        return JSONResponse(problem.body(), problem.status, headers, MEDIA_TYPE)

    async def gone(request: Request, error: Exception) -> Response:
        return Response(status_code=_CLIENT_GONE)

    for kind in (Problem, DeepimageError, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, told)
    app.add_exception_handler(HungUp, gone)


def _allowed(routes: Sequence[BaseRoute], request: Request) -> str:
    """The methods of all routes at that address; a route by itself knows only its own."""
    here = (route for route in routes if route.matches(request.scope)[0] != Match.NONE)
    return ", ".join(sorted({method for route in here for method in getattr(route, "methods", ())}))


def _problem(error: Exception) -> Problem:
    match error:
        case HTTPException():
            return Problem(_BY_STATUS.get(error.status_code, "malformed"), str(error.detail))
        case RequestValidationError():
            faults = [{"name": ".".join(map(str, e["loc"][1:])), "message": e["msg"]} for e in error.errors()]
            return Problem("invalid-options", "; ".join(f["message"] for f in faults), {"errors": faults})
        case _:
            return problem_of(error)
