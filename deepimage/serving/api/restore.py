"""POST /v1/restore: a picture in, the restored picture out."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from deepimage.serving.api import answers
from deepimage.serving.api.callers import caller_of
from deepimage.serving.api.charged import charged
from deepimage.serving.api.documented import BODIES, PICTURE, problems
from deepimage.serving.api.hangup import unless_gone
from deepimage.serving.api.later import by_job
from deepimage.serving.api.options import parameters
from deepimage.serving.api.orders import read_order
from deepimage.serving.api.parts import Parts
from deepimage.serving.api.wishes import idempotency_key, preference
from deepimage.serving.jobs.job import Job
from deepimage.serving.order import Order, Result
from deepimage.serving.problems import Problem

LATER: dict[str, Any] = {"model": Job, "description": "As Prefer asked: a job to be fetched later"}


def router(parts: Parts) -> APIRouter:
    """The route of the service."""
    routes = APIRouter()

    @routes.post(
        "/v1/restore",
        response_class=Response,
        responses={
            200: PICTURE,
            202: LATER,
            **problems(400, 401, 403, 406, 408, 409, 410, 413, 415, 422, 429, 500, 502, 503, 504),
        },
        openapi_extra={"parameters": parameters(parts.config), "requestBody": BODIES},
    )
    async def restore(request: Request) -> Response:
        """Restore one picture."""
        caller = await caller_of(request, parts, "restore")
        wish, key = preference(request, parts.config.requests.wait_seconds), idempotency_key(request)
        order = await read_order(request, parts)
        if wish or key:
            return await by_job(request, parts, caller, order, wish)
        price = await parts.workshop.price(order)
        async with charged(parts, caller, price.megapixels) as quota:
            result = await unless_gone(request, restored(parts, order))
        answer = answers.picture(result, order.name)
        answer.headers.update(quota)
        return answer

    return routes


async def restored(parts: Parts, order: Order) -> Result:
    """The result within the time that an answer may take. Raises Problem timeout."""
    seconds = parts.config.requests.answer_seconds
    try:
        async with asyncio.timeout(seconds):
            result = await parts.workshop.restore(order)
    except TimeoutError:
        raise Problem("timeout", f"an answer may take {seconds:g} s; submit a job instead") from None
    parts.metrics.restored(result)
    return result
