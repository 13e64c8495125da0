"""What an export becomes: names that sort by time, and what to write into each picture."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from string import Formatter
from typing import Any

from deepimage.errors import UsageError
from deepimage.image.codec.describe import ENHANCED
from deepimage.image.codec.picture import Description
from deepimage.instagram.documents import plain
from deepimage.instagram.records import Media, suffix
from deepimage.instagram.text import hashtags, slug

PATTERN = "{year}/{date}_{time}_{caption}_{position}"
_FIELDS = ("year", "month", "day", "date", "time", "caption", "kind", "position", "post")
_UNDATED = "undated"
_FORBIDDEN = dict.fromkeys(map(ord, '<>:"\\|?*\0'))


@dataclass(frozen=True)
class Place:
    """One media in the library."""

    key: str
    """Its name there, with the suffix that it had in the export."""
    media: Media


def check_pattern(pattern: str) -> str:
    """Raises UsageError for a pattern that names what is not known, or gives all pictures one name."""
    try:
        fields = [name for _, name, spec, _ in Formatter().parse(pattern) if name is not None]
    except ValueError:
        fields = ["{"]
    unknown = [name for name in fields if name not in _FIELDS]
    if unknown or not fields or pattern.startswith("/") or ".." in pattern.split("/"):
        wrong = f"{{{unknown[0]}}} is unknown; " if unknown else ""
        raise UsageError(f"pattern {pattern!r}: {wrong}expected a relative path of {', '.join(_FIELDS)} in braces")
    return pattern


def arranged(media: Iterable[Media], pattern: str = PATTERN) -> Iterator[Place]:
    """Each media with its name, none of them twice."""
    taken: set[str] = set()
    for one in media:
        stem, number = _stem(one, pattern), 1
        key = f"{stem}{suffix(plain(one.entry.key))}"
        while key.casefold() in taken:
            number += 1
            key = f"{stem}-{number}{suffix(plain(one.entry.key))}"
        taken.add(key.casefold())
        yield Place(key, one)


def description(media: Media, with_place: bool = True, dpi: int | None = None) -> Description:
    """What to write into the result of a picture."""
    mention = media.mention
    return Description(
        taken=mention.taken,
        title=f"{mention.position} of {mention.total}" if mention.total > 1 else "",
        caption=mention.caption,
        keywords=hashtags(mention.caption),
        place=mention.place if with_place else None,
        dpi=dpi,
        source_type=ENHANCED,
    )


def _stem(media: Media, pattern: str) -> str:
    """Parts that are empty take their separator with them."""
    filled = pattern.format_map(_values(media)).translate(_FORBIDDEN)
    folders = [_tidy(part) for part in filled.split("/")]
    return "/".join(part for part in folders if part) or _UNDATED


def _values(media: Media) -> dict[str, Any]:
    mention, moment = media.mention, media.mention.taken
    texts = {"year": _UNDATED, "month": "", "day": "", "date": _UNDATED, "time": ""}
    if moment:
        texts = {"year": f"{moment:%Y}", "month": f"{moment:%m}", "day": f"{moment:%d}"}
        texts |= {"date": f"{moment:%Y-%m-%d}", "time": f"{moment:%H%M}"}
    name = slug(mention.caption) or ("" if mention.kind == "post" else mention.kind)
    return texts | {"caption": name, "kind": mention.kind, "position": mention.position, "post": mention.post}


def _tidy(part: str) -> str:
    while "__" in part:
        part = part.replace("__", "_")
    return part.strip("_. ")
