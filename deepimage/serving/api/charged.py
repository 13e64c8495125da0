"""Quotas: paid before the work, given back where it is not done."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from deepimage.serving.api.hangup import HungUp
from deepimage.serving.api.parts import Parts
from deepimage.serving.keys import Caller
from deepimage.serving.problems import Problem


@asynccontextmanager
async def charged(parts: Parts, caller: Caller, megapixels: float) -> AsyncIterator[dict[str, str]]:
    """The headers that tell what is left. A client that hangs up has paid. Raises Problem quota-exceeded."""
    allowance = await parts.office.spend(caller, megapixels)
    try:
        yield allowance.headers() if allowance else {}
    except HungUp:
        raise
    except Exception:
        if allowance:
            with suppress(Problem):  # the client is to hear of the first fault
                await parts.office.refund(allowance)
        raise
