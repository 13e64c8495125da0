"""The text of a key."""

import re

import pytest

from deepimage.serving.keys.text import KeyText


def test_it_can_be_found_and_read_back() -> None:
    key = KeyText.new()
    assert re.fullmatch(r"dik_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", str(key))
    assert KeyText.parse(str(key)) == key
    assert key.secret not in repr(key)
    assert len({KeyText.new() for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dik_",
        "dik__",
        "dik_0123456789ab_",
        "dik_0123456789ab_" + "a" * 42,
        "dik_0123456789ab_" + "a" * 44,
        "dik_0123456789ab_" + "é" * 43,
        "dik_0123456789ab_" + "a" * 43 + "\n",
        "dik_0123456789aB_" + "a" * 43,
        "DIK_0123456789ab_" + "a" * 43,
        " dik_0123456789ab_" + "a" * 43,
        "dik_' OR 1=1 --_" + "a" * 43,
        "a" * 10_000,
    ],
)
def test_what_is_no_key(text: str) -> None:
    assert KeyText.parse(text) is None
