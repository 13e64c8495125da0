"""JSON documents -> mentions, whatever their year."""

import json
from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

from deepimage.errors import UsageError
from deepimage.image.codec.picture import Place
from deepimage.instagram.moments import of_epoch, of_exif, of_text
from deepimage.instagram.records import Kind, Mention, is_media
from deepimage.instagram.text import repaired

_OLDEST: dict[str, Kind] = {"photos": "post", "videos": "post", "stories": "story", "profile": "profile"}
_DEEPEST = 50  # levels of nesting that are followed

Json = dict[str, Any]


def read_json(data: bytes, kind: Kind, zone: tzinfo) -> list[Mention]:
    """In the order of the document. Raises UsageError for what is no JSON."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise UsageError("not readable as JSON") from None
    if isinstance(document, dict) and any(isinstance(document.get(name), list) for name in _OLDEST):
        return list(_oldest(document, zone))
    found: list[Mention] = []
    for number, post in enumerate(_posts(document)):
        found += _post(post, kind, number, zone)
    return found


def _oldest(document: Json, zone: tzinfo) -> Iterator[Mention]:
    """{"photos": [{"path", "caption", "taken_at"}]}; those of a carousel share caption and second."""
    for name, kind in _OLDEST.items():
        items = [item for item in _items(document.get(name)) if isinstance(item.get("path"), str)]
        groups: dict[tuple[object, object], list[Json]] = {}
        for item in items:
            groups.setdefault((item.get("taken_at"), item.get("caption")), []).append(item)
        for number, members in enumerate(groups.values()):
            for position, item in enumerate(members, 1):
                taken, caption = of_text(item.get("taken_at"), zone), _text(item.get("caption"))
                yield Mention(
                    item["path"], kind, number, position, len(members), taken, caption, _place(item), record=item
                )


def _posts(document: Any) -> list[Json]:
    """A list of posts, one bare post, or either under a key such as ig_stories."""
    if isinstance(document, list):
        return _items(document)
    if not isinstance(document, dict):
        return []
    if "media" in document or "uri" in document:
        return [document]
    return [post for value in document.values() for post in _items(value)]


def _post(post: Json, kind: Kind, number: int, zone: tzinfo) -> Iterator[Mention]:
    members = list({item["uri"]: item for item in _mentioned(post)}.values())
    for position, item in enumerate(members, 1):
        exif = _exif(item)
        taken = of_exif(exif.get("date_time_original")) or of_exif(exif.get("date_time_digitized"))
        yield Mention(
            path=item["uri"],
            kind=kind,
            post=number,
            position=position,
            total=len(members),
            taken=taken or of_epoch(item.get("creation_timestamp") or post.get("creation_timestamp"), zone),
            caption=_text(post.get("title")) or _text(item.get("title")) or _text(members[0].get("title")),
            place=_place(exif),
            record=item if item is post else {"post": {k: v for k, v in post.items() if k != "media"}, "media": item},
        )


def _mentioned(value: Any, depth: int = 0) -> Iterator[Json]:
    """Every object that names a media file, however deep: newer exports wrap them in labels."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        if isinstance(value.get("uri"), str) and is_media(value["uri"]):
            yield value
        children: Any = value.values()
    else:
        children = value if isinstance(value, list) else ()
    for child in children:
        if isinstance(child, dict | list):
            yield from _mentioned(child, depth + 1)


def _exif(item: Json) -> Json:
    """exif_data is a list of small objects that complete one another."""
    merged: Json = {}
    metadata = item.get("media_metadata")
    for holder in metadata.values() if isinstance(metadata, dict) else ():
        for part in _items(holder.get("exif_data") if isinstance(holder, dict) else None):
            merged |= {key: value for key, value in part.items() if key not in merged}
    return merged


def _place(facts: Json) -> Place | None:
    """Zero and zero, off the coast of Ghana, is what a phone without a fix writes."""
    try:
        latitude, longitude = float(facts["latitude"]), float(facts["longitude"])
    except (KeyError, TypeError, ValueError):
        return None
    real = abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude or longitude)
    return Place(latitude, longitude) if real else None


def _items(value: Any) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return repaired(value).strip() if isinstance(value, str) else ""
