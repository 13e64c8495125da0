"""Captions, hashtags and what of them goes into a file's name."""

import pytest

from deepimage.instagram.text import hashtags, repaired, slug


@pytest.mark.parametrize("text", ["Kraków ☀️", "مساء الخير", "夏の海", "plain", ""])
def test_what_was_read_as_latin_1_is_repaired_and_what_was_not_is_left(text: str) -> None:
    assert repaired(text.encode().decode("latin-1")) == text
    assert repaired(text) == text


def test_text_that_is_latin_1_itself_is_left() -> None:
    assert repaired("caf\u00e9") == "caf\u00e9"


def test_hashtags() -> None:
    assert hashtags("#sun and #夏, #sun #été_2019 # none") == ("sun", "夏", "été_2019")


@pytest.mark.parametrize(
    ("caption", "name"),
    [
        ("A day at the sea! 🏖️ #sun", "a-day-at-the-sea-sun"),
        ("../../etc/passwd", "etc-passwd"),
        ("\u202egnp.exe", "gnp-exe"),
        ('con<>:"|?*', "con"),
        ("שלום עולם", "שלום-עולם"),
        ("🏖️", ""),
        ("x" * 300, "x" * 40),
        ("one two three four five six seven eight nine ten", "one-two-three-four-five-six-seven-eight"),
    ],
)
def test_slugs(caption: str, name: str) -> None:
    assert slug(caption) == name
