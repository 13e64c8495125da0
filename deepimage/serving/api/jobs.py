"""Jobs and their results: work that is fetched later."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from deepimage.serving.api import answers, later
from deepimage.serving.api.callers import caller_of
from deepimage.serving.api.documented import BODIES, PICTURE, problems
from deepimage.serving.api.options import invalid, parameters
from deepimage.serving.api.orders import read_order
from deepimage.serving.api.parts import Parts
from deepimage.serving.jobs.files import name as name_of
from deepimage.serving.jobs.job import Job, Page, Status
from deepimage.serving.jobs.webhooks import Webhook, checked
from deepimage.serving.problems import Problem

_LONGEST_POLL = 25.0  # seconds
_MOST = 100  # jobs on a page
_WEBHOOK = {
    "name": "webhook",
    "in": "query",
    "required": False,
    "description": "URL that is told when the job has ended; the header Webhook-Secret (whsec_...) signs it.",
    "schema": {"type": "string"},
}
_COMMON = problems(400, 401, 403, 404, 410, 422, 503)
Id = Annotated[str, Path(min_length=1, max_length=64)]


def router(parts: Parts) -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.post(
        "/v1/jobs",
        status_code=202,
        response_model=Job,
        responses=problems(400, 401, 403, 406, 408, 409, 413, 415, 422, 429, 500, 502, 503, 504),
        openapi_extra={"parameters": [*parameters(parts.config), _WEBHOOK], "requestBody": BODIES},
    )
    async def submit(request: Request) -> Response:
        """Restore one picture later."""
        caller = await caller_of(request, parts, "restore")
        order = await read_order(request, parts, beside=("webhook",))
        submitted = await later.submit(request, parts, caller, order, _webhook(request, parts))
        answer = later.accepted(submitted.job)
        answer.headers.update(later.said(submitted))
        return answer

    @routes.get("/v1/jobs", responses=_COMMON)
    async def listed(
        request: Request,
        status: Status | None = None,
        cursor: Annotated[str | None, Query(pattern="^[1-9][0-9]{0,17}$")] = None,
        limit: Annotated[int, Query(ge=1, le=_MOST)] = 20,
    ) -> Page:
        """One's own jobs, newest first."""
        caller = await caller_of(request, parts, "restore")
        return await parts.office.listed(caller.id, status, cursor, limit)

    @routes.get("/v1/jobs/{id}", responses=_COMMON)
    async def job(request: Request, id: Id, wait: Annotated[float, Query(ge=0, le=_LONGEST_POLL)] = 0) -> Job:
        """A job; with `wait`, as soon as anything of it changes, or after so many seconds."""
        caller = await caller_of(request, parts, "restore")
        seen = await parts.office.job(caller.id, id)
        return await parts.office.wait(caller.id, id, wait, seen) if wait and not seen.over else seen

    @routes.delete("/v1/jobs/{id}", responses=_COMMON)
    async def cancel(request: Request, id: Id) -> Job:
        """A job that has not ended is cancelled."""
        caller = await caller_of(request, parts, "restore")
        return await parts.office.cancel(caller.id, id)

    @routes.get(
        "/v1/results/{name}",
        response_class=Response,
        responses={200: PICTURE, 304: {"description": "The client has it already"}, **_COMMON},
    )
    async def result(request: Request, name: Annotated[str, Path(max_length=80)]) -> Response:
        """A restored picture; its name is its sha256 and its suffix."""
        caller = await caller_of(request, parts, "restore")
        return await _result(request, parts, caller.id, name)

    return routes


def _webhook(request: Request, parts: Parts) -> Webhook | None:
    urls = request.query_params.getlist("webhook")
    if len(urls) > 1:
        raise invalid([{"name": "webhook", "message": "given more than once"}])
    return checked(urls[0], request.headers.get("webhook-secret", ""), parts.config) if urls else None


async def _result(request: Request, parts: Parts, caller: str, name: str) -> Response:
    kept = await parts.office.result(caller, name.partition(".")[0])
    if name_of(kept.sha256, kept.format) != f"results/{name}":
        raise Problem("not-found", "you have no such result")
    answer = answers.picture(kept)
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    del answer.headers["Vary"]
    if _known(request, answer.headers["ETag"]):
        headers: dict[str, Any] = {key: answer.headers[key] for key in ("ETag", "Cache-Control")}
        return Response(status_code=304, headers=headers)
    return answer


def _known(request: Request, tag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return tag in tags or "*" in tags
