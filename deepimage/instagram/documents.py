"""Which files of an export are documents about its media; the exports of six years lie differently.

    media.json                                          until 2020
    content/posts_1.json                                2021, 2022
    your_instagram_activity/content/posts_1.json        2023
    your_instagram_activity/media/posts_1.json          since 2024; .html beside or instead of .json

The folder that holds all of it is called after the account and the day, and says nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from deepimage.instagram.records import Kind
from deepimage.storage.store import Entry

_NAMES: dict[str, Kind] = {
    "posts": "post",
    "stories": "story",
    "reels": "reel",
    "igtv_videos": "reel",
    "archived_posts": "archived",
    "profile_photos": "profile",
    "other_content": "other",
    "recently_deleted_content": "other",
}
_DOCUMENT = re.compile(
    rf"(?:^|/)((?:your_instagram_activity/)?(?:content|media)/({'|'.join(_NAMES)})(?:_(\d+))?\.(json|html))$",
    re.IGNORECASE,
)
_OLDEST = re.compile(r"^(?:[^/]+/)?(media\.json)$", re.IGNORECASE)
_SIGNS = re.compile(r"(?:^|/)(?:your_instagram_activity|media/(?:posts|stories|reels|profile|archived_posts)/\d{6})/")


@dataclass(frozen=True)
class Document:
    """One file that names media."""

    entry: Entry
    kind: Kind
    number: int
    """posts_10 comes after posts_2."""
    is_html: bool

    root: str = ""
    """What the paths in it are relative to: empty, or ends in /."""

    @property
    def order(self) -> tuple[int, int, str]:
        return list(_NAMES.values()).index(self.kind), self.number, self.entry.key


def documents(entries: Iterable[Entry]) -> list[Document]:
    """In reading order; pages only where the export has no JSON, for they say less."""
    found = [document for entry in entries if (document := _document(entry))]
    told = [document for document in found if not document.is_html]
    return sorted(told or found, key=lambda document: document.order)


def looks_like_one(path: str) -> bool:
    """Whether a path is such as only these exports have."""
    return bool(_SIGNS.search(plain(path)))


def plain(path: str) -> str:
    """With the separators of other systems made /."""
    return path.replace("\\", "/")


def _document(entry: Entry) -> Document | None:
    path = plain(entry.key)
    if oldest := _OLDEST.match(path):
        return Document(entry, "post", 0, is_html=False, root=path[: oldest.start(1)])
    match = _DOCUMENT.search(path)
    if not match:
        return None
    kind, number = _NAMES[match[2].lower()], int(match[3] or 0)
    return Document(entry, kind, number, match[4].lower() == "html", path[: match.start(1)])
