"""What a child may not do, and that it never outlives its parent."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deepimage.errors import ImageError
from deepimage.sandbox.worker import Worker

FUNCTION = f"{__package__}.poison:act"


@pytest.fixture
def worker() -> Iterator[Worker]:
    child = Worker(FUNCTION, seconds=10, memory=600_000_000)
    yield child
    child.stop()


def code_of(worker: Worker, data: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        worker.call(data, {})
    return caught.value.code


def test_too_much_memory_is_a_bomb_and_the_child_lives_on(worker: Worker) -> None:
    pid = worker.call(b"x", {})[0]["pid"]
    assert code_of(worker, b"allocate") == "E_BOMB"
    assert code_of(worker, bytes(700_000_000)) == "E_BOMB"  # not even room for the request
    assert worker.call(b"x", {})[0]["pid"] == pid


def test_a_bug_in_the_function_is_a_crash_told_in_one_line(worker: Worker) -> None:
    with pytest.raises(ImageError, match="its decoder failed: IndexError: a bug in the decoder") as caught:
        worker.call(b"bug", {})
    assert caught.value.code == "E_CRASH"


def test_no_file_is_written(tmp_path: Path) -> None:
    worker = Worker(f"{__package__}.poison:write", 10, 10**9)
    with pytest.raises(ImageError, match="File too large"):
        worker.call(b"data", {"path": str(tmp_path / "file")})
    worker.stop()
    assert not (tmp_path / "file").read_bytes()


@pytest.mark.parametrize("act", [b"x", b"loop"])
def test_a_parent_killed_outright_leaves_no_child(act: bytes) -> None:
    """An idle child reads the end of the stream; a busy one is ended by its own alarm, five seconds past its limit."""
    script = (
        "import sys\nfrom deepimage.sandbox.worker import Worker\n"
        f"worker = Worker({FUNCTION!r}, 0.3, 10**9)\nworker.call(b'x', {{}})\n"
        f"print(worker.pid, flush=True)\nworker.call({act!r}, {{}})\nsys.stdin.read()"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )
    assert parent.stdin
    assert parent.stdout
    with parent.stdin, parent.stdout:
        child = psutil.Process(int(parent.stdout.readline()))
        time.sleep(0.1)
        parent.kill()
        parent.wait()
        gone, _ = psutil.wait_procs([child], timeout=15)
    assert gone
