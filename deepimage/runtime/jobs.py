"""Jobs on a distant cluster, by Ray's job API: its head runs the command, this process only looks on."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ray.exceptions import AuthenticationError

from deepimage.errors import DeepimageError, UsageError

_TITLE = "deepimage"  # of the metadata that tells our jobs from others
_STOPPED, _BROKE = 130, 1
_PATIENCE = 20  # looks at a job whose log has ended and whose end is not yet known
_BETWEEN = 0.5  # seconds


@dataclass(frozen=True)
class JobFacts:
    """One job, as the head knows it."""

    id: str
    status: str  # PENDING RUNNING STOPPED SUCCEEDED FAILED
    title: str
    started: datetime | None
    seconds: float
    exit_code: int | None  # of its command, once that has ended

    @property
    def line(self) -> str:
        """For a person."""
        when = f"{self.started:%Y-%m-%d %H:%M:%S}" if self.started else "-"
        code = "" if self.exit_code is None else f"  exit code {self.exit_code}"
        return f"{self.id}  {self.status:<9}  {when}  {self.seconds:,.0f} s  {self.title}{code}"


class Jobs:
    """What a cluster is asked to do. Every method raises DeepimageError when the head is gone, UsageError for an
    unknown job."""

    def __init__(self, address: str) -> None:
        self._address = address
        try:
            from ray.job_submission import JobSubmissionClient
        except ImportError:
            raise UsageError("jobs need more of Ray: pip install 'deepimage[cluster]'") from None
        for name in ("dashboard.modules.job.sdk", "dashboard.modules.dashboard_sdk", "_private.runtime_env.packaging"):
            logging.getLogger(f"ray.{name}").setLevel(logging.ERROR)
        with self._spoken():
            self._client = JobSubmissionClient(address)

    def submit(self, entrypoint: str, folder: Path, title: str) -> str:
        """Start `entrypoint` on the head, in a copy of `folder` -> the id of the job."""
        with self._spoken():
            return str(
                self._client.submit_job(
                    entrypoint=entrypoint, runtime_env={"working_dir": str(folder)}, metadata={_TITLE: title}
                )
            )

    def follow(self, id: str, tell: Callable[[str], object]) -> int:
        """Hand on what the job says, from its beginning to its end -> the exit code of its command."""

        async def listen() -> None:
            async for text in self._client.tail_job_logs(id):
                tell(text)

        with self._spoken(id):
            self._client.get_job_info(id)
            asyncio.run(listen())
            return asyncio.run(self._end(id))

    async def _end(self, id: str) -> int:
        for _ in range(_PATIENCE):
            facts = _facts(self._client.get_job_info(id))
            if facts.status in ("SUCCEEDED", "STOPPED", "FAILED"):
                break
            await asyncio.sleep(_BETWEEN)
        if facts.status == "SUCCEEDED":
            return 0
        return _STOPPED if facts.status == "STOPPED" else facts.exit_code or _BROKE

    def list(self) -> list[JobFacts]:
        """Our jobs, oldest first."""
        with self._spoken():
            found = [_facts(job) for job in self._client.list_jobs() if _TITLE in (job.metadata or {})]
        return sorted(found, key=lambda job: (job.started is None, job.started))

    def logs(self, id: str) -> str:
        """All that a job has said so far."""
        with self._spoken(id):
            return str(self._client.get_job_logs(id))

    def stop(self, id: str) -> bool:
        """Interrupt a job, as Ctrl-C would; False when it has ended already."""
        with self._spoken(id):
            return bool(self._client.stop_job(id))

    @contextmanager
    def _spoken(self, id: str | None = None) -> Iterator[None]:
        """Every error of the client's as one line."""
        try:
            yield
        except AuthenticationError:
            raise UsageError(f"{self._address}: wants another token: RAY_AUTH_MODE=token and RAY_AUTH_TOKEN") from None
        except ConnectionError:
            raise UsageError(f"{self._address}: no cluster answers there") from None
        except Exception as error:  # of three HTTP libraries
            if id and "does not exist" in str(error):
                raise UsageError(f"{self._address}: no job {id}") from None
            told = str(error).strip().splitlines() or [type(error).__name__]
            raise DeepimageError(f"{self._address}: lost sight of the cluster: {told[0][:200]}") from None


def _facts(job: object) -> JobFacts:
    """From Ray's JobDetails; its times are in milliseconds."""
    start, end = getattr(job, "start_time", None), getattr(job, "end_time", None)
    started = datetime.fromtimestamp(start / 1000, UTC) if start else None
    ended = datetime.fromtimestamp(end / 1000, UTC) if end else datetime.now(UTC)
    return JobFacts(
        id=str(getattr(job, "submission_id", None)),
        status=getattr(job, "status").value,  # noqa: B009
        title=(getattr(job, "metadata", None) or {}).get(_TITLE, ""),
        started=started,
        seconds=(ended - started).total_seconds() if started else 0.0,
        exit_code=getattr(job, "driver_exit_code", None),
    )
