"""The whole service is killed with jobs in its queue, and started again: each is done, and once."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from ports import free_port

from .conftest import photo

_JOBS = 10


def start(state: Path, port: int) -> subprocess.Popen[str]:
    """`deepimage serve`, in a session of its own so that all of it can be killed."""
    words = ("serve", "--engine", "local", "--port", str(port), "--set", f"state={state}")
    return subprocess.Popen([sys.executable, "-m", "pipelines", *words], start_new_session=True, text=True)


def ready(client: httpx.Client) -> None:
    """Returns once it restores."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError


def jobs(client: httpx.Client) -> list[dict]:  # type: ignore[type-arg]
    """All there are."""
    return client.get("/v1/jobs", params={"limit": 100}).json()["jobs"]  # type: ignore[no-any-return]


@pytest.mark.timeout(200)
def test_ten_jobs_survive_a_kill(tmp_path: Path) -> None:
    port = free_port()
    photos = [photo(240, 320, seed) for seed in range(_JOBS)]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        first = start(tmp_path / "state", port)
        ready(client)
        ids = [client.post("/v1/jobs", content=data).json()["id"] for data in photos]
        while not any(job["status"] == "succeeded" for job in jobs(client)):
            time.sleep(0.02)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        second = start(tmp_path / "state", port)
        try:
            ready(client)
            while not all(job["ended"] for job in jobs(client)):
                time.sleep(0.1)
            done = {job["id"]: job for job in jobs(client)}
            assert list(done) == ids[::-1]
            assert {job["status"] for job in done.values()} == {"succeeded"}
            for id, data in zip(ids, photos, strict=True):
                kept = client.get(done[id]["result"]["href"]).content
                assert hashlib.sha256(kept).hexdigest() == done[id]["result"]["sha256"]
                assert kept == client.post("/v1/restore", content=data).content
        finally:
            second.send_signal(signal.SIGTERM)
            assert second.wait(60) == 0
