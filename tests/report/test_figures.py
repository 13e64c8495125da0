"""Figures are short, and a shown name can change nothing but what it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepimage.report import figures


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.0s"), (9.94, "9.9s"), (9.96, "10s"), (59.6, "1m00s"), (466.2, "7m46s"), (7500, "2h05m"), (273600, "3d04h")],
)
def test_duration(seconds: float, text: str) -> None:
    assert figures.duration(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_600, "1.0 MB"), (38.2e9, "38.2 GB"), (5e15, "5,000 TB")],
)
def test_size(number: float, text: str) -> None:
    assert figures.size(number) == text


def test_count_agrees_with_its_noun() -> None:
    assert figures.count(1943) == "1,943"
    assert [figures.count(number, "picture") for number in (0, 1, 2)] == ["0 pictures", "1 picture", "2 pictures"]
    assert figures.count(2, "near copy", "near copies") == "2 near copies"


def test_megapixels_keep_two_figures_where_they_are_few() -> None:
    assert [figures.megapixels(value) for value in (0.267, 9.84, 5760.4)] == ["0.27", "9.8", "5,760"]


@given(st.text(max_size=400))
def test_a_shown_name_is_one_visible_line(name: str) -> None:
    text = figures.shown(name)
    assert len(text) <= 120
    assert all(c.isprintable() or c in "\u200c\u200d" for c in text)


def test_a_plain_name_is_shown_as_it_is() -> None:
    assert figures.shown("日本語/été 1.jpg") == "日本語/été 1.jpg"


def test_control_direction_and_surrogate_characters_are_spelt_out() -> None:
    assert figures.shown("a\n\x1b[31m\u202egpj\udcff") == r"a\n\x1b[31m\u202egpj\udcff"


def test_a_long_name_keeps_both_ends() -> None:
    text = figures.shown("start/" + "x" * 500 + "/end.jpg")
    assert text.startswith("start/")
    assert text.endswith("/end.jpg")
