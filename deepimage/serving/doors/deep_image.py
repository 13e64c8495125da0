"""deep-image.ai's routes: its requests are read, and its answers given, so that a client changes host and key only."""

import base64
import binascii
import json
import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from deepimage.serving.api import answers, later
from deepimage.serving.api.bodies import Upload, fetched, read_form, read_limited
from deepimage.serving.api.callers import caller_of
from deepimage.serving.api.documented import PICTURE, problems
from deepimage.serving.api.options import recipe_of
from deepimage.serving.api.parts import Parts
from deepimage.serving.doors.fields import options_of, read_fields
from deepimage.serving.jobs.files import name as name_of
from deepimage.serving.jobs.job import Job
from deepimage.serving.order import Order
from deepimage.serving.problems import Problem, problem_from

_WAIT = 25.0  # seconds that process_result waits, as theirs does
_BASE64 = re.compile(r"(data:[^,]{0,100};)?base64,")
_PROBLEMS = problems(400, 401, 403, 404, 408, 409, 410, 413, 415, 422, 429, 500, 502, 503, 504)
_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/Fields"}},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    "image": {"type": "string", "format": "binary"},
                    "parameters": {"type": "string", "description": "The JSON document, as text"},
                },
            }
        },
    },
}


class Answer(BaseModel):
    """Theirs: result_url where the status is complete."""

    status: Literal["complete", "in_progress", "failed"]
    job: str
    result_url: str | None = None
    error: str | None = None


def router(parts: Parts) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/rest_api", tags=["deep-image.ai"])
    answer: dict[str, Any] = {
        "response_model": Answer,
        "response_model_exclude_none": True,
        "responses": _PROBLEMS,
    }

    @routes.post("/process_result", openapi_extra={"requestBody": _BODY}, **answer)
    async def process_result(request: Request) -> Answer:
        """Restore, and wait for it 25 seconds."""
        return await _process(request, parts, _WAIT)

    @routes.post("/process", openapi_extra={"requestBody": _BODY}, **answer)
    async def process(request: Request) -> Answer:
        """Restore later."""
        return await _process(request, parts, 0)

    @routes.get("/result/{hash}", **answer)
    async def result(request: Request, hash: Annotated[str, Path(min_length=1, max_length=64)]) -> Answer:
        """What has become of a job."""
        caller = await caller_of(request, parts, "restore")
        return _answer(request, await parts.office.job(caller.id, hash))

    @routes.get("/images/{name}", response_class=Response, responses={200: PICTURE, **_PROBLEMS})
    async def image(name: Annotated[str, Path(min_length=1, max_length=80)]) -> Response:
        """A result, for whoever knows its address: clients hand it on to others who have no key."""
        id, _, suffix = name.partition(".")
        kept = await parts.office.shared(id)
        if not name_of(kept.sha256, kept.format).endswith(f".{suffix}"):
            raise Problem("not-found", "there is no such result")
        return answers.picture(kept)

    return routes


async def _process(request: Request, parts: Parts, seconds: float) -> Answer:
    caller = await caller_of(request, parts, "restore")
    with parts.receiving.place(request):
        order = await _order(request, parts)
    submitted = await later.submit(request, parts, caller, order, urgent=seconds > 0)
    job = await parts.office.wait(caller.id, submitted.job.id, seconds) if seconds else submitted.job
    if job.problem:
        raise problem_from(job.problem)
    return _answer(request, job)


def _answer(request: Request, job: Job) -> Answer:
    if job.result:
        name = f"{job.id}.{job.result.href.rpartition('.')[2]}"
        return Answer(status="complete", job=job.id, result_url=f"{request.base_url}rest_api/images/{name}")
    if job.over:
        return Answer(status="failed", job=job.id, error=job.problem["detail"] if job.problem else "cancelled")
    return Answer(status="in_progress", job=job.id)


async def _order(request: Request, parts: Parts) -> Order:
    limit = parts.config.recipe.limits.max_bytes
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        upload, texts = await read_form(request, limit, ("parameters",))
        fields = read_fields(_json(texts.get("parameters", "{}")))
    elif kind == "application/json":
        # four characters of base64 are three bytes
        upload, fields = None, read_fields(_json(await read_limited(request, limit // 3 * 4 + 10_000)))
    else:
        raise Problem("unsupported-media-type", "send application/json, or multipart/form-data")
    recipe = recipe_of(options_of(fields), parts.config)  # judged before anything is fetched
    upload = upload or await _linked(fields.url, parts)
    return Order(upload.data, recipe, upload.name)


async def _linked(url: str | None, parts: Parts) -> Upload:
    if not url:
        raise Problem("malformed", "expected a picture: the field url, or the part `image` of a form")
    if not (match := _BASE64.match(url)):
        return await fetched(url, parts.config)
    try:
        return Upload(base64.b64decode(url[match.end() :], validate=True))
    except (binascii.Error, ValueError):
        raise Problem("malformed", "url: what follows `base64,` is not base64") from None


def _json(text: str | bytes) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Problem("malformed", "the parameters are not JSON") from None
