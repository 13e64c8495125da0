"""What an export tells of each of its pictures and videos."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Literal

from deepimage.image.codec.picture import Place
from deepimage.storage.store import Entry

Kind = Literal["post", "story", "reel", "archived", "profile", "other", "unlisted"]
KINDS: tuple[Kind, ...] = ("post", "story", "reel", "archived", "profile", "other", "unlisted")
VIDEOS = (".mp4", ".mov", ".m4v", ".webm", ".avi", ".3gp")
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".gif", ".avif", ".bmp", ".tif", ".tiff")


@dataclass(frozen=True)
class Mention:
    """One picture or video as a document of the export names it."""

    path: str
    """As written there: relative to the root of the export."""
    kind: Kind
    post: int
    """Number of its post within the document; those of a carousel share it."""
    position: int = 1
    """In its carousel, from 1."""
    total: int = 1
    """Pictures and videos of the carousel."""
    taken: datetime | None = None
    """With an offset where it is known."""
    caption: str = ""
    place: Place | None = None
    record: dict[str, Any] = field(default_factory=dict)
    """What the export says, untouched."""


@dataclass(frozen=True)
class Media:
    """A mention together with the file that it names; a file that nothing names is of the kind `unlisted`."""

    mention: Mention
    entry: Entry

    @property
    def is_video(self) -> bool:
        return suffix(self.entry.key) in VIDEOS


@dataclass(frozen=True)
class Export:
    """An export in the order of its documents, then what no document names."""

    media: list[Media]
    missing: list[Mention]
    """Named, but in none of the parts."""
    problems: dict[str, str]
    """Documents that could not be read -> why."""


def is_media(path: str) -> bool:
    """Whether a path names a picture or a video."""
    return suffix(path) in (*PICTURES, *VIDEOS)


def suffix(path: str) -> str:
    """Of a file's name, in lower case; archives list a name that comes again as name.jpg~123."""
    return PurePosixPath(re.sub(r"~\d+$", "", path)).suffix.lower()
