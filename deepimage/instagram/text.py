"""Captions as they were typed."""

import re

_HASHTAG = re.compile(r"#(\w{1,100})")
_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")  # directions, invisible in a file's name
_LONGEST_SLUG = 40  # characters


def repaired(text: str) -> str:
    """`text` as it was before its UTF-8 was read as Latin-1, as the exports' writer does."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text  # it never was broken, or not like that


def hashtags(caption: str) -> tuple[str, ...]:
    """The words behind #, each once, without it."""
    return tuple(dict.fromkeys(_HASHTAG.findall(caption)))


def slug(caption: str) -> str:
    """The first words, for a file's name: letters and digits of any script, hyphens between them."""
    words = re.findall(r"\w+", _MARKS.sub("", caption).replace("_", " ").lower())
    kept = ""
    for word in words:
        if len(kept) + len(word) > _LONGEST_SLUG:
            break
        kept += f"-{word}"
    return kept.strip("-") or (words[0][:_LONGEST_SLUG] if words else "")
