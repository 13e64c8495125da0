"""One child: told nothing it need not know, killed in time, and believed no further than it can reach."""

import os
import signal
import time
from collections.abc import Iterator

import psutil
import pytest

from deepimage.errors import ImageError, UsageError
from deepimage.sandbox.worker import Died, Worker

FUNCTION = f"{__package__}.poison:act"


@pytest.fixture
def worker() -> Iterator[Worker]:
    child = Worker(FUNCTION, seconds=10, memory=1_000_000_000)
    yield child
    child.stop()


def pid_of(worker: Worker) -> int:
    pid = worker.call(b"x", {})[0]["pid"]
    assert isinstance(pid, int)
    return pid


def test_the_function_runs_in_another_process_that_stays_warm(worker: Worker) -> None:
    assert worker.pid is None
    pids = {pid_of(worker) for _ in range(3)}
    assert pids == {worker.pid}
    assert os.getpid() not in pids


def test_an_image_error_crosses_with_code_and_message(worker: Worker) -> None:
    with pytest.raises(ImageError, match="no such colour") as caught:
        worker.call(b"refuse", {})
    assert caught.value.code == "E_COLOR"


@pytest.mark.parametrize("act", [b"babble", b"boast", b"pretend", b"lie"])
def test_a_child_that_was_taken_over_cannot_upset_its_parent(worker: Worker, act: bytes) -> None:
    before = pid_of(worker)
    with pytest.raises(Died, match="it sent"):
        worker.call(act, {})
    assert not psutil.pid_exists(before)
    assert worker.call(b"next", {})[1]["bytes"].tobytes() == b"next"


def test_an_endless_call_is_killed_in_time() -> None:
    worker = Worker(FUNCTION, seconds=0.5, memory=1_000_000_000)
    pid, start = pid_of(worker), time.monotonic()
    with pytest.raises(ImageError, match=r"longer than 0\.5 s \(limits\.decode_seconds\)") as caught:
        worker.call(b"loop", {})
    assert caught.value.code == "E_TIMEOUT"
    assert time.monotonic() - start < 5
    assert not psutil.pid_exists(pid)


def test_a_child_that_died_while_idle_is_replaced(worker: Worker) -> None:
    pid = pid_of(worker)
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.2)
    assert pid_of(worker) != pid


def test_a_function_that_does_not_exist_is_the_users_error() -> None:
    with pytest.raises(UsageError, match=r"no\.such:thing did not start: ModuleNotFoundError"):
        Worker("no.such:thing", 1, 10**9).call(b"", {})


def test_an_interpreter_that_ends_at_once_is_the_users_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(UsageError, match="did not start: exit status 1"):
        Worker(FUNCTION, 1, 10**9).call(b"", {})


def test_credentials_do_not_reach_the_child(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert "AWS_SECRET_ACCESS_KEY" not in psutil.Process(pid_of(worker)).environ()


def test_interrupts_of_the_terminal_do_not_reach_the_child(worker: Worker) -> None:
    pid = pid_of(worker)
    assert os.getpgid(pid) != os.getpgid(0)
    os.kill(pid, signal.SIGINT)
    assert pid_of(worker) == pid


def test_an_interrupted_call_never_gives_its_answer_to_the_next(worker: Worker) -> None:
    worker.call(b"warm", {})
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(KeyboardInterrupt):
            worker.call(b"loop", {})
    finally:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    assert worker.call(b"next", {})[1]["bytes"].tobytes() == b"next"
