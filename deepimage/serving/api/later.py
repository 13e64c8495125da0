"""Orders that become jobs, and jobs that become answers."""

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from deepimage.serving.api import answers
from deepimage.serving.api.parts import Parts
from deepimage.serving.api.wishes import Preference, idempotency_key
from deepimage.serving.jobs import book
from deepimage.serving.jobs.book import Submitted
from deepimage.serving.jobs.job import Job
from deepimage.serving.jobs.webhooks import Webhook
from deepimage.serving.keys import Caller
from deepimage.serving.order import Order
from deepimage.serving.problems import Problem, problem_from

_POLL = {"Retry-After": "1"}
_REPLAYED = {"Idempotent-Replayed": "true"}


async def submit(
    request: Request, parts: Parts, caller: Caller, order: Order, webhook: Webhook | None = None, urgent: bool = False
) -> Submitted:
    """The order as a job, or the job that its Idempotency-Key stands for."""
    key = idempotency_key(request)
    price = await parts.workshop.price(order)
    scoped = book.scoped(key, request.url.path) if key else None
    return await parts.office.submit(order, book.Request(caller, price.megapixels, webhook, scoped, urgent))


async def by_job(request: Request, parts: Parts, caller: Caller, order: Order, wish: Preference | None) -> Response:
    """The picture where it is ready in time, else the job. Raises Problem; in-progress for a key that is in work."""
    submitted = await submit(request, parts, caller, order, urgent=True)
    if submitted.again and not submitted.job.over and not wish:
        raise Problem("in-progress", "the first request with this Idempotency-Key is in work", headers=_POLL)
    seconds = wish.seconds if wish else parts.config.requests.answer_seconds
    job = await parts.office.wait(caller.id, submitted.job.id, seconds)
    answer = await picture(parts, caller, job, order.name) if job.over else accepted(job)
    answer.headers.update(said(submitted) | (wish.header if wish else {}))
    return answer


async def picture(parts: Parts, caller: Caller, job: Job, name: str) -> Response:
    """What a job that has ended came to. Raises the Problem that ended it."""
    if job.problem:
        raise problem_from(job.problem)
    if not job.result:
        raise Problem("gone", "the job was cancelled")
    return answers.picture(await parts.office.result(caller.id, job.result.sha256), name)


def accepted(job: Job) -> Response:
    """202: where to ask, and when."""
    return JSONResponse(job.model_dump(mode="json"), 202, {"Location": f"/v1/jobs/{job.id}", **_POLL})


def said(submitted: Submitted) -> dict[str, str]:
    """Headers about the quota and the key."""
    quota = submitted.allowance.headers() if submitted.allowance else {}
    return quota | (_REPLAYED if submitted.again else {})
