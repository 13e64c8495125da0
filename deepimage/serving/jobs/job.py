"""A job as its client sees it."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Status = Literal["queued", "running", "succeeded", "failed", "cancelled"]
ENDED: tuple[Status, ...] = ("succeeded", "failed", "cancelled")


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Tiles(_Document):
    """How far the restoration is."""

    done: int
    total: int


class Made(_Document):
    """The restored picture."""

    href: str
    """Where it lies until the job expires."""
    format: str
    width: int
    height: int
    bytes: int
    sha256: str
    consistency_db: float | None
    """PSNR of the result, reduced, against the input."""
    model: str
    note: str


class Job(_Document):
    """One picture's restoration; times are ISO 8601, UTC."""

    id: str
    status: Status
    place: int | None
    """In the queue: 1 is next."""
    progress: Tiles | None
    created: str
    ended: str | None
    expires: str | None
    """When the result is deleted."""
    name: str
    """The client's own file name."""
    result: Made | None
    problem: dict[str, Any] | None
    """As the problem document of an answer."""

    @property
    def over(self) -> bool:
        return self.status in ENDED


class Page(_Document):
    """Some of a client's jobs, newest first."""

    jobs: list[Job]
    next: str | None
    """The `cursor` of the page after this."""
