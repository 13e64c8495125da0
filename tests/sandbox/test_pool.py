"""A pool survives everything its children do, judges by two deaths, and leaves nothing behind."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from deepimage.errors import ImageError
from deepimage.sandbox import Sandbox

POISON = f"{__package__}.poison"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(f"{POISON}:act", children=2, seconds=20, memory=2_000_000_000) as shared:
        yield shared


def test_facts_and_arrays_come_back_unchanged(sandbox: Sandbox) -> None:
    facts, arrays = sandbox.call(b"some bytes", {"number": 1.5, "list": ["é", None]})
    assert facts["options"] == {"number": 1.5, "list": ["é", None]}
    assert arrays["bytes"].tobytes() == b"some bytes"
    assert arrays["bytes"].flags.writeable


def test_a_view_of_bytes_is_as_good_as_bytes(sandbox: Sandbox) -> None:
    assert sandbox.call(memoryview(b"0123456789")[2:5], {})[1]["bytes"].tobytes() == b"234"


def test_no_bytes_and_large_arrays_travel() -> None:
    with Sandbox(f"{POISON}:large") as sandbox:
        for shape in ([0, 4, 3], [1], [3000, 2000, 3]):
            _, arrays = sandbox.call(b"", {"shape": shape})
            assert arrays["pixels"].shape == tuple(shape)
            assert (arrays["pixels"] == 7).all()


@pytest.mark.parametrize(("act", "words"), [(b"segfault", "SIGSEGV"), (b"exit", "exit status 3")])
def test_two_deaths_convict_the_picture(sandbox: Sandbox, act: bytes, words: str) -> None:
    with pytest.raises(ImageError, match=rf"died 2 times \({words}\)") as caught:
        sandbox.call(act, {})
    assert caught.value.code == "E_CRASH"
    assert sandbox.call(b"next", {})[1]["bytes"].tobytes() == b"next"


def test_one_death_is_forgiven(tmp_path_factory: pytest.TempPathFactory) -> None:
    marker = tmp_path_factory.mktemp("first") / "seen"
    marker.touch()
    with Sandbox(f"{POISON}:die_once") as sandbox:
        assert sandbox.call(b"data", {"marker": str(marker)})[1]["bytes"].tobytes() == b"data"
    assert not marker.exists()


def test_threads_share_the_children(sandbox: Sandbox) -> None:
    requests = [f"request {number}".encode() * 1000 for number in range(60)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda data: sandbox.call(data, {}), requests))
    assert [arrays["bytes"].tobytes() for _, arrays in answers] == requests
    assert len({facts["pid"] for facts, _ in answers}) <= 2


def test_one_threads_crash_is_no_other_threads_business(sandbox: Sandbox) -> None:
    def ask(number: int) -> str:
        try:
            return sandbox.call(b"exit" if number % 5 == 0 else b"fine", {})[1]["bytes"].tobytes().decode()
        except ImageError as error:
            return error.code

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(ask, range(15)))
    assert answers == ["E_CRASH" if number % 5 == 0 else "fine" for number in range(15)]


def test_children_start_when_needed_and_end_on_closing() -> None:
    sandbox = Sandbox(f"{POISON}:act", children=2)
    assert sandbox.pids == []
    with sandbox, ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda _: sandbox.call(bytes(1_000_000), {}), range(10)))
        pids = sandbox.pids
        assert pids
    assert not any(psutil.pid_exists(pid) for pid in pids)
