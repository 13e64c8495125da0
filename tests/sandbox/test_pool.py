"""A sandbox survives everything its children do, tells what happened, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest

from deepimage.errors import ImageError, UsageError
from deepimage.sandbox import Sandbox

POISON = f"{__package__}.poison"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(f"{POISON}:act", children=2, seconds=20, memory=2_000_000_000) as shared:
        yield shared


def code_of(sandbox: Sandbox, data: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        sandbox.call(data, {})
    return caught.value.code


def test_facts_and_arrays_come_back_unchanged(sandbox: Sandbox) -> None:
    facts, arrays = sandbox.call(b"some bytes", {"number": 1.5, "list": ["é", None]})
    assert facts["options"] == {"number": 1.5, "list": ["é", None]}
    assert arrays["bytes"].tobytes() == b"some bytes"
    assert arrays["bytes"].flags.writeable


def test_the_function_runs_in_another_process_that_stays_warm(sandbox: Sandbox) -> None:
    pids = {sandbox.call(b"x", {})[0]["pid"] for _ in range(3)}
    assert len(pids) == 1
    assert os.getpid() not in pids


def test_no_bytes_and_large_arrays_travel() -> None:
    with Sandbox(f"{POISON}:large") as sandbox:
        for shape in ([0, 4, 3], [1], [3000, 2000, 3]):
            _, arrays = sandbox.call(b"", {"shape": shape})
            assert arrays["pixels"].shape == tuple(shape)
            assert (arrays["pixels"] == 7).all()


def test_an_image_error_crosses_with_code_and_message(sandbox: Sandbox) -> None:
    with pytest.raises(ImageError, match="no such colour") as caught:
        sandbox.call(b"refuse", {})
    assert caught.value.code == "E_COLOR"


@pytest.mark.parametrize(("act", "words"), [(b"segfault", "SIGSEGV"), (b"exit", "exit status 3")])
def test_a_child_that_dies_twice_convicts_the_picture(sandbox: Sandbox, act: bytes, words: str) -> None:
    with pytest.raises(ImageError, match=words) as caught:
        sandbox.call(act, {})
    assert caught.value.code == "E_CRASH"
    assert sandbox.call(b"next", {})[1]["bytes"].tobytes() == b"next"


def test_a_bug_in_the_function_is_a_crash_in_one_line(sandbox: Sandbox) -> None:
    with pytest.raises(ImageError, match="IndexError: a bug in the decoder") as caught:
        sandbox.call(b"bug", {})
    assert caught.value.code == "E_CRASH"


@pytest.mark.parametrize("act", [b"babble", b"boast"])
def test_a_child_that_was_taken_over_cannot_upset_its_parent(sandbox: Sandbox, act: bytes) -> None:
    assert code_of(sandbox, act) == "E_CRASH"
    assert sandbox.call(b"next", {})[1]["bytes"].tobytes() == b"next"


def test_too_much_memory_is_a_bomb_and_the_child_lives_on() -> None:
    with Sandbox(f"{POISON}:act", memory=600_000_000) as sandbox:
        pid = sandbox.call(b"x", {})[0]["pid"]
        assert code_of(sandbox, b"allocate") == "E_BOMB"
        assert code_of(sandbox, bytes(700_000_000)) == "E_BOMB"  # not even room for the request
        assert sandbox.call(b"x", {})[0]["pid"] == pid


def test_an_endless_call_is_killed_in_time() -> None:
    with Sandbox(f"{POISON}:act", seconds=0.5) as sandbox:
        sandbox.call(b"warm", {})
        pid, start = sandbox.pids[0], time.monotonic()
        assert code_of(sandbox, b"loop") == "E_TIMEOUT"
        assert time.monotonic() - start < 5
        assert not psutil.pid_exists(pid)
        assert sandbox.call(b"next", {})[1]["bytes"].tobytes() == b"next"


def test_a_child_killed_while_idle_is_replaced_without_a_strike(sandbox: Sandbox) -> None:
    pid = sandbox.call(b"x", {})[0]["pid"]
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=5)
    assert sandbox.call(b"x", {})[0]["pid"] != pid


def test_a_child_can_write_no_file(sandbox: Sandbox) -> None:
    assert code_of(sandbox, b"write") == "E_CRASH"


def test_threads_share_the_children(sandbox: Sandbox) -> None:
    requests = [f"request {number}".encode() * 1000 for number in range(60)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda data: sandbox.call(data, {}), requests))
    assert [arrays["bytes"].tobytes() for _, arrays in answers] == requests
    assert len({facts["pid"] for facts, _ in answers}) <= 2


def test_a_function_that_does_not_exist_is_the_users_error() -> None:
    with pytest.raises(UsageError, match=r"no\.such:thing did not start: ModuleNotFoundError"):
        Sandbox("no.such:thing").call(b"", {})


def test_credentials_do_not_reach_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with Sandbox(f"{POISON}:act") as sandbox:
        sandbox.call(b"x", {})
        assert "AWS_SECRET_ACCESS_KEY" not in psutil.Process(sandbox.pids[0]).environ()


def test_closing_ends_the_children_and_nothing_is_left() -> None:
    sandbox = Sandbox(f"{POISON}:act", children=2)
    assert sandbox.pids == []
    with sandbox, ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda _: sandbox.call(bytes(1_000_000), {}), range(10)))
        pids = sandbox.pids
        assert pids
    assert not any(psutil.pid_exists(pid) for pid in pids)


@pytest.mark.parametrize("act", [b"x", b"loop"])
def test_a_parent_killed_outright_leaves_no_child(act: bytes, tmp_path: Path) -> None:
    """Idle children read the end of the stream; a busy one is ended by its own alarm, five seconds after its limit."""
    script = (
        "import sys\nfrom deepimage.sandbox import Sandbox\n"
        f"sandbox = Sandbox('{POISON}:act', seconds=0.3)\nsandbox.call(b'x', {{}})\n"
        f"print(sandbox.pids[0], flush=True)\nsandbox.call({act!r}, {{}})\nsys.stdin.read()"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )
    assert parent.stdin
    assert parent.stdout
    with parent.stdin, parent.stdout:
        child = psutil.Process(int(parent.stdout.readline()))
        time.sleep(0.2)
        parent.kill()
        parent.wait()
        gone, _ = psutil.wait_procs([child], timeout=9)
    assert gone


def test_interrupts_of_the_terminal_do_not_reach_the_children(sandbox: Sandbox) -> None:
    pid = sandbox.call(b"x", {})[0]["pid"]
    assert os.getpgid(pid) != os.getpgid(0)
    os.kill(pid, signal.SIGINT)
    assert sandbox.call(b"x", {})[0]["pid"] == pid


def test_the_arrays_are_ordinary(sandbox: Sandbox) -> None:
    _, arrays = sandbox.call(b"abc", {})
    assert arrays["bytes"].dtype == np.uint8
    assert arrays["bytes"].base is None
