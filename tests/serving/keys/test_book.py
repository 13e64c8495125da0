"""Keys and quotas, in a real file."""

import asyncio
import pickle
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from deepimage.errors import UsageError
from deepimage.serving.keys import ANONYMOUS, Allowance, Caller, KeyBook
from deepimage.serving.keys.database import connect
from deepimage.serving.keys.register import Register
from deepimage.serving.problems import Problem

NOON = 20_000 * 86_400 + 43_200.0  # of some day


class Clock:
    """A time that tests move."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "keys.db"


@pytest.fixture
def book(path: Path, clock: Clock) -> Iterator[KeyBook]:
    book = KeyBook(path, "auto", clock)
    yield book
    book.close()


@pytest.fixture
def register(path: Path) -> Iterator[Register]:
    """As the command has it: a connection of its own."""
    db = connect(path)
    yield Register(db)
    db.close()


def caller(book: KeyBook, token: object, scope: str = "restore") -> Caller:
    return asyncio.run(book.authorize(None if token is None else str(token), scope))


def problem(book: KeyBook, token: object, scope: str = "restore") -> Problem:
    with pytest.raises(Problem) as caught:
        caller(book, token, scope)
    return caught.value


def spend(book: KeyBook, megapixels: float, client: str = "shop") -> Allowance | None:
    return asyncio.run(book.spend(Caller(client, "", frozenset()), megapixels))


def exceeded(book: KeyBook, megapixels: float) -> Problem:
    with pytest.raises(Problem) as caught:
        spend(book, megapixels)
    assert caught.value.code == "quota-exceeded"
    return caught.value


def test_open_until_the_first_key_and_never_again(book: KeyBook, register: Register) -> None:
    assert caller(book, None) == ANONYMOUS
    assert caller(book, "dik_nonsense") == ANONYMOUS
    key = register.create("shop", ["restore"], NOON)
    assert problem(book, None).code == "unauthorized"
    assert caller(book, key) == Caller("shop", key.id, frozenset({"restore"}))
    register.revoke(key.id, NOON)
    assert problem(book, key).code == "unauthorized"
    assert problem(book, None).code == "unauthorized"


def test_always_and_never(path: Path, tmp_path: Path) -> None:
    always, never = KeyBook(path, "always"), KeyBook(tmp_path / "none.db", "never")
    assert problem(always, None).headers == {"WWW-Authenticate": "Bearer"}
    assert caller(never, None) == caller(never, "anything", "metrics") == ANONYMOUS
    assert not (tmp_path / "none.db").exists()
    always.close()
    never.close()


def test_wrong_keys(book: KeyBook, register: Register) -> None:
    key, other = register.create("shop", ["restore"], NOON), register.create("shop", ["restore"], NOON)
    swapped = f"dik_{key.id}_{other.secret}"
    for wrong in (swapped, f"dik_{'0' * 12}_{key.secret}", key.id, key.secret, "", "é", str(key)[:-1], f"{key} "):
        told = problem(book, wrong)
        assert (told.code, told.detail) == ("unauthorized", "there is no such key")
        assert told.headers == {"WWW-Authenticate": 'Bearer error="invalid_token"'}


def test_scopes(book: KeyBook, register: Register) -> None:
    key = register.create("watcher", ["metrics"], NOON)
    assert caller(book, key, "metrics").id == "watcher"
    told = problem(book, key)
    assert told.code == "forbidden"
    assert told.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="restore"'


def test_expiry(book: KeyBook, register: Register, clock: Clock) -> None:
    key = register.create("shop", ["restore"], NOON, NOON + 10)
    clock.now += 9.9
    caller(book, key)
    clock.now += 0.1
    assert problem(book, key).detail == f"key {key.id} is expired"


def test_two_live_keys_so_that_one_can_follow_the_other(book: KeyBook, register: Register) -> None:
    old, new = register.create("shop", ["restore"], NOON), register.create("shop", ["restore"], NOON)
    assert caller(book, old).id == caller(book, new).id == "shop"
    with pytest.raises(UsageError, match=f"revoke {old.id} or {new.id} first"):
        register.create("shop", ["restore"], NOON)
    register.create("another", ["restore"], NOON)
    register.revoke(old.id, NOON)
    register.create("shop", ["restore"], NOON)
    assert problem(book, old).detail == f"key {old.id} is revoked"


def test_last_use_is_noted_once_a_minute(book: KeyBook, register: Register, clock: Clock) -> None:
    key = register.create("shop", ["restore"], NOON)
    for later, noted in ((0, 0), (59, 0), (60, 60), (100, 60)):
        clock.now = NOON + later
        caller(book, key)
        assert register.all()[0].used == NOON + noted


def test_secrets_are_not_kept(book: KeyBook, register: Register, path: Path) -> None:
    key = register.create("shop", ["restore"], NOON)
    caller(book, key)
    files = list(path.parent.iterdir())
    assert len(files) > 1
    assert not any(key.secret.encode() in file.read_bytes() for file in files)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_quota(book: KeyBook, register: Register) -> None:
    register.create("shop", ["restore"], NOON)
    assert spend(book, 1e9) is None
    register.limit("shop", 10)
    first = spend(book, 4)
    assert first
    assert first.headers() == {
        "RateLimit-Policy": '"daily";q=10;w=86400;qu="megapixels"',
        "RateLimit": '"daily";r=6;t=43200',
    }
    told = exceeded(book, 6.1)
    assert told.headers == first.headers() | {"Retry-After": "43200"}
    assert (told.extra, told.status) == ({"limit": 10, "actual": 6.1, "left": 6}, 429)
    last = spend(book, 6)
    assert last
    assert last.left == 0
    exceeded(book, 0.001)
    register.create("another", ["restore"], NOON)
    assert spend(book, 100, "another") is None


def test_the_day_is_that_of_utc(book: KeyBook, register: Register, clock: Clock) -> None:
    register.create("shop", ["restore"], NOON)
    register.limit("shop", 10)
    spend(book, 10)
    clock.now += 43_199.5
    assert exceeded(book, 1).headers["Retry-After"] == "1"
    clock.now += 0.5
    assert spend(book, 10)


def test_refund(book: KeyBook, register: Register, clock: Clock) -> None:
    register.create("shop", ["restore"], NOON)
    register.limit("shop", 10)
    late, other = spend(book, 7), spend(book, 3)
    asyncio.run(book.refund(late))
    assert spend(book, 7)
    clock.now += 43_200  # what comes back now was of yesterday
    assert spend(book, 10)
    asyncio.run(book.refund(other))
    exceeded(book, 1)
    asyncio.run(book.refund(None))


def test_twenty_at_once_and_a_restart_do_not_overdraw(
    book: KeyBook, register: Register, path: Path, clock: Clock
) -> None:
    register.create("shop", ["restore"], NOON)
    register.limit("shop", 10)
    another = KeyBook(path, "auto", clock)
    shop = Caller("shop", "", frozenset())

    async def all_at_once() -> list[Any]:
        asked = [one.spend(shop, 1) for one in (book, another) for _ in range(10)]
        return await asyncio.gather(*asked, return_exceptions=True)

    answers = asyncio.run(all_at_once())
    another.close()
    assert sum(isinstance(answer, Allowance) for answer in answers) == 10
    restarted = KeyBook(path, "auto", clock)
    exceeded(restarted, 1)
    restarted.close()


def test_another_process_makes_a_key(book: KeyBook, path: Path) -> None:
    command = [sys.executable, "-m", "pipelines", "keys", "create", "watcher", "--scope", "metrics", "--state"]
    made = subprocess.run([*command, path.parent], capture_output=True, text=True, check=True).stdout
    assert problem(book, None).code == "unauthorized"
    assert problem(book, made.strip()).code == "forbidden"


def test_four_that_make_the_file_at_one_moment(tmp_path: Path) -> None:
    start = Barrier(4)

    def make(path: Path) -> None:
        start.wait()
        connect(path).close()

    with ThreadPoolExecutor(4) as pool:
        for i in range(50):
            list(pool.map(make, [tmp_path / str(i) / "keys.db"] * 4))


def test_what_is_wrong_with_the_file_is_said_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "keys.db").write_bytes(b"no database" * 100)
    with pytest.raises(UsageError, match="cannot be opened"):
        KeyBook(tmp_path / "keys.db", "auto")
    with pytest.raises(UsageError, match="cannot be opened"):
        KeyBook(tmp_path / "keys.db" / "keys.db", "auto")


def test_a_file_that_breaks_later_lets_nobody_in(book: KeyBook, register: Register, path: Path) -> None:
    key = register.create("shop", ["restore"], NOON)
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE keys")
    assert problem(book, key).code == "not-ready"
    assert problem(book, None).code == "not-ready"


def test_a_busy_file_does_not_stop_the_event_loop(book: KeyBook, register: Register, path: Path) -> None:
    register.create("shop", ["restore"], NOON)
    register.limit("shop", 10)
    writer = connect(path)
    writer.execute("BEGIN IMMEDIATE")

    async def ticks() -> int:
        spending = asyncio.create_task(book.spend(Caller("shop", "", frozenset()), 1))
        for _ in range(20):
            await asyncio.sleep(0.01)
        assert not spending.done()
        writer.execute("ROLLBACK")
        assert await spending
        return 20

    assert asyncio.run(asyncio.wait_for(ticks(), 4)) == 20
    writer.close()


def test_what_travels_between_processes(book: KeyBook, register: Register) -> None:
    key = register.create("shop", ["restore"], NOON)
    register.limit("shop", 10)
    for value in (caller(book, key), spend(book, 1)):
        assert pickle.loads(pickle.dumps(value)) == value
    told = exceeded(book, 100)
    copy = pickle.loads(pickle.dumps(told))
    assert (copy.body(), copy.headers) == (told.body(), told.headers)
