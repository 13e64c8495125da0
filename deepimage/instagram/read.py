"""An export, in one or several parts, as one list of media. No media is opened here: a large export costs little."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from pathlib import PurePosixPath

from deepimage.config import Storage
from deepimage.errors import ImageError, StorageError, UsageError
from deepimage.instagram.documents import Document, documents, looks_like_one, plain
from deepimage.instagram.html_posts import read_html
from deepimage.instagram.json_posts import read_json
from deepimage.instagram.members import Members
from deepimage.instagram.moments import of_folder
from deepimage.instagram.records import Export, Media, Mention, is_media
from deepimage.storage.failures import shown
from deepimage.storage.sources import is_clutter
from deepimage.storage.store import Entry, Store
from deepimage.storage.uri import fetch

_LONGEST_DOCUMENT = 200_000_000  # bytes
_FOLDERS = ("media", "photos", "stories", "profile", "videos")
_NOT_POSTED = ("messages", "direct")  # what others have sent is not one's own library


def read_export(parts: Sequence[str], settings: Storage, zone: tzinfo) -> Export:
    """All media of the export whose `parts` are archives or folders; times that are UTC come out in `zone`.

    Raises UsageError for a part that cannot be read, for what is no Instagram export, for one without pictures.
    """
    entries = [entry for part in parts for entry in _entries(part, settings)]
    found = documents(entries)
    if not found and not any(looks_like_one(entry.key) for entry in entries):
        raise UsageError(
            f"{shown(parts[0])} is no Instagram export: expected posts_1.json or .html, or media/posts/; "
            "give the .zip files as they were downloaded, or the folder they were unpacked to"
        )
    members, problems = Members(entries), dict[str, str]()
    media, missing = [], []
    for root, mention in _mentions(found, settings, zone, problems):
        entry = members.find(mention.path, root)
        if entry:
            media.append(Media(mention, entry))
        else:
            missing.append(mention)
    told = _once(media)
    export = Export(told + _unlisted(entries, told), missing, problems)
    if not any(not one.is_video for one in export.media):
        raise UsageError(f"{shown(parts[0])} has no pictures: {_why_not(export, len(parts))}")
    return export


def _why_not(export: Export, parts: int) -> str:
    if export.missing:
        return f"its documents name {len(export.missing)} that are in none of the {parts} parts; give all parts"
    return "it was requested without posts, or all of them are videos"


def _entries(part: str, settings: Storage) -> Iterator[Entry]:
    """Of an archive or a folder; archives that lie in the folder itself are parts, too."""
    if part.lower().rsplit(".", 1)[-1] in ("json", "html", "htm"):
        raise UsageError(f"{shown(part)}: one document is no export; give the folder or the .zip that it is from")
    try:
        entries = [entry for entry in Store.open(part, settings).list() if not is_clutter(entry.key)]
    except (StorageError, OSError) as error:
        raise UsageError(f"{shown(part)} cannot be read: {error}") from None
    if not entries:
        raise UsageError(f"{shown(part)} cannot be read: there is nothing at that place")
    archives = [entry.uri for entry in entries if entry.key.lower().endswith(".zip") and "/" not in entry.key]
    yield from entries
    if not part.lower().endswith(".zip"):
        for archive in archives:
            yield from _entries(archive, settings)


def _mentions(
    found: Iterable[Document], settings: Storage, zone: tzinfo, problems: dict[str, str]
) -> Iterator[tuple[str, Mention]]:
    """(root of its part, mention); documents that cannot be read are noted and passed over."""
    for document in found:
        key = document.entry.key
        try:
            if document.entry.problem:
                raise UsageError(document.entry.problem)
            data = fetch(document.entry.uri, settings, _LONGEST_DOCUMENT)
            told = read_html(data, document.kind) if document.is_html else read_json(data, document.kind, zone)
        except (UsageError, StorageError, ImageError) as error:
            problems[key] = str(error)
            continue
        yield from ((document.root, mention) for mention in told)


def _once(media: Iterable[Media]) -> list[Media]:
    """A file that several documents name belongs to the first."""
    return list({(one.entry.uri): one for one in reversed(list(media))}.values())[::-1]


def _unlisted(entries: Iterable[Entry], told: Iterable[Media]) -> list[Media]:
    """Media in media folders that no document names."""
    known = {one.entry.uri for one in told}
    return [
        Media(Mention(entry.key, "unlisted", number, taken=of_folder(plain(entry.key))), entry)
        for number, entry in enumerate(entries)
        if is_media(entry.key) and entry.uri not in known and _is_own(plain(entry.key))
    ]


def _is_own(path: str) -> bool:
    folders = [part.lower() for part in PurePosixPath(path).parts[:-1]]
    return not set(folders) & set(_NOT_POSTED) and any(part in _FOLDERS for part in folders)
