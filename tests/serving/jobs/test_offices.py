"""What the office keeps: over a crash, over a good end, and no longer than it should."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from contextlib import closing
from pathlib import Path

import pytest

from deepimage.errors import OutOfMemory, UsageError
from deepimage.serving.config import Jobs, Serving
from deepimage.serving.jobs.book import Request
from deepimage.serving.jobs.job import Job
from deepimage.serving.keys import ANONYMOUS
from deepimage.serving.offices import Office
from deepimage.serving.order import Order, Price, Progress, Result
from deepimage.serving.problems import Problem

from ..conftest import RECIPE, photo


class Slow:
    """A workshop whose work takes `seconds`, and fails with the errors that it is given, in turn."""

    def __init__(self, seconds: float = 0.0, *errors: Exception) -> None:
        self._seconds, self._errors = seconds, list(errors)
        self.made: list[bytes] = []

    async def price(self, order: Order) -> Price:
        return Price(1, 1)

    async def restore(self, order: Order, progress: Progress | None = None) -> Result:
        await asyncio.sleep(self._seconds)
        if self._errors:
            raise self._errors.pop(0)
        self.made.append(order.data)
        return Result(b"sr of " + order.data[-8:], "jpeg", 4, 4, "model@0")


def settings(state: Path, **jobs: float) -> Serving:
    return Serving(state=str(state), recipe=RECIPE, jobs=Jobs(**jobs))  # type: ignore[arg-type]


async def all_over(office: Office, ids: list[str]) -> list[Job]:
    return [await office.wait(ANONYMOUS.id, id, 30) for id in ids]


async def submitted(office: Office, count: int) -> list[str]:
    orders = [Order(photo(8, 8, seed), RECIPE) for seed in range(count)]
    return [(await office.submit(order, Request(ANONYMOUS, 1))).job.id for order in orders]


_KILLED = """
    import asyncio, sys
    from pathlib import Path
    from tests.serving.jobs.test_offices import Slow, settings, submitted
    from deepimage.serving.offices import Office

    async def main():
        async with Office(settings(Path(sys.argv[1]), at_once=2), Slow(0.2)) as office:
            print(*await submitted(office, 10), flush=True)
            await asyncio.sleep(60)

    asyncio.run(main())
"""


def test_ten_jobs_survive_a_kill_and_are_done_once(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_KILLED), str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    ids = process.stdout.readline().split()
    time.sleep(0.5)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    with closing(sqlite3.connect(tmp_path / "jobs.db")) as db:
        (early,) = db.execute("SELECT count(*) FROM jobs WHERE status = 'succeeded'").fetchone()
    assert 0 < early < 10

    async def go_on() -> list[Job]:
        workshop = Slow()
        async with Office(settings(tmp_path), workshop) as office:
            jobs = await all_over(office, ids)
            assert len(workshop.made) == len(set(workshop.made)) == 10 - early
            for job in jobs:
                assert job.result
                assert (await office.result(ANONYMOUS.id, job.result.sha256)).sha256 == job.result.sha256
        return jobs

    jobs = asyncio.run(go_on())
    assert [job.status for job in jobs] == ["succeeded"] * 10
    assert len({job.result.sha256 for job in jobs if job.result}) == 10
    assert list((tmp_path / "files" / "uploads").iterdir()) == []


def test_a_good_end_blames_no_job(tmp_path: Path) -> None:
    async def interrupted() -> list[str]:
        async with Office(settings(tmp_path), Slow(30)) as office:
            ids = await submitted(office, 1)
            await asyncio.sleep(0.1)
            return ids

    async def go_on(ids: list[str]) -> Job:
        async with Office(settings(tmp_path), Slow()) as office:
            return (await all_over(office, ids))[0]

    ids = asyncio.run(interrupted())
    for _ in range(4):
        asyncio.run(interrupted())
    assert asyncio.run(go_on(ids)).status == "succeeded"


def test_what_may_pass_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepimage.serving.jobs.runner._BACK_OFF", 0.01)

    async def act(*errors: Exception) -> Job:
        async with Office(settings(tmp_path), Slow(0, *errors)) as office:
            return (await all_over(office, await submitted(office, 1)))[0]

    assert asyncio.run(act(OutOfMemory("a"), OutOfMemory("b"))).status == "succeeded"
    failed = asyncio.run(act(*[OutOfMemory("a")] * 3))
    assert failed.problem
    assert (failed.status, failed.problem["code"]) == ("failed", "out-of-memory")


def test_an_unforeseen_fault_is_told_without_its_text(tmp_path: Path) -> None:
    async def act() -> Job:
        async with Office(settings(tmp_path), Slow(0, RuntimeError("/secret"))) as office:
            return (await all_over(office, await submitted(office, 1)))[0]

    job = asyncio.run(act())
    assert job.problem
    assert job.problem["code"] == "internal"
    assert "secret" not in job.model_dump_json()


def test_a_full_queue_says_so(tmp_path: Path) -> None:
    async def act() -> None:
        async with Office(settings(tmp_path, waiting=2), Slow(30)) as office:
            await submitted(office, 1)
            await asyncio.sleep(0.1)
            await submitted(office, 2)
            with pytest.raises(Problem) as full:
                await submitted(office, 1)
            assert full.value.code == "queue-full"

    asyncio.run(act())


def test_what_is_old_is_gone(tmp_path: Path) -> None:
    async def act() -> None:
        async with Office(settings(tmp_path, keep_hours=0.1 / 3600), Slow()) as office:
            ids = await submitted(office, 2)
            (job, _) = await all_over(office, ids)
            assert job.result
            await asyncio.sleep(0.2)
        async with Office(settings(tmp_path, keep_hours=0.1 / 3600), Slow()) as office:
            await asyncio.sleep(0.2)
            for asked in (office.job(ANONYMOUS.id, ids[0]), office.result(ANONYMOUS.id, job.result.sha256)):
                with pytest.raises(Problem) as gone:
                    await asked
                assert gone.value.code == "gone"
            assert (await office.listed(ANONYMOUS.id, None, None, 10)).jobs == []

    asyncio.run(act())
    assert list((tmp_path / "files" / "results").iterdir()) == []


def test_two_services_do_not_share_a_folder(tmp_path: Path) -> None:
    async def act() -> None:
        async with Office(settings(tmp_path), Slow()):
            with pytest.raises(UsageError, match="another service works there"):
                await Office(settings(tmp_path), Slow()).__aenter__()

    asyncio.run(act())
