"""Failures: one line each, and waiting only where it may help."""

import errno
import time

import pytest

from deepimage.errors import ImageError, StorageError
from deepimage.storage.failures import blaming, cause, check_limit, retrying, shown


def test_blame_is_one_line_with_its_cause() -> None:
    with pytest.raises(StorageError) as caught, blaming("read", "a\nb"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert str(caught.value) == "cannot read a\\nb: no space left: free some, then run the same command again"
    assert isinstance(caught.value.__cause__, OSError)


def test_only_named_failures_are_blamed() -> None:
    with pytest.raises(ZeroDivisionError), blaming("read", "a"):
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), "not found (No such file or directory)"),
        (PermissionError("Access Denied.\n"), "access denied (Access Denied)"),
        (TimeoutError("10 s"), "no answer in time (10 s)"),
        (OSError(errno.EROFS, "x"), "the file system is read-only"),
        (ConnectionResetError(), "ConnectionResetError"),
        (OSError("two\nlines"), "two lines"),
    ],
)
def test_causes(error: Exception, text: str) -> None:
    assert cause(error) == text


def test_shown_keeps_letters_and_escapes_the_rest() -> None:
    assert shown("é 中 #.jpg") == "é 中 #.jpg"
    assert shown("a\x1b[31m\udcff") == "a\\x1b[31m\\udcff"


def test_limits() -> None:
    check_limit("a", None, 1)
    check_limit("a", 2, None)
    check_limit("a", 2, 2)
    with pytest.raises(ImageError, match="3 bytes, more than limits"):
        check_limit("a", 3, 2)


def test_what_may_pass_is_tried_again() -> None:
    answers = iter([ConnectionResetError(), TimeoutError(), None])

    def action() -> str:
        if error := next(answers):
            raise error
        return "done"

    assert retrying(action, 2) == "done"


@pytest.mark.parametrize(("error", "tries"), [(ConnectionResetError, 2), (PermissionError, 1)])
def test_tries_are_counted(error: type[Exception], tries: int) -> None:
    made = []

    def action() -> None:
        made.append(time.monotonic())
        raise error

    with pytest.raises(error):
        retrying(action, 1)
    assert len(made) == tries
