"""The files of all parts of an export, found by what documents call them."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from deepimage.instagram.documents import plain
from deepimage.storage.store import Entry


class Members:
    """By whole path, by the end of one, by a name that is the only one of its kind; case does not matter."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_name: dict[str, list[tuple[str, Entry]]] = {}
        for entry in entries:
            path = plain(entry.key).casefold()
            self._by_name.setdefault(PurePosixPath(path).name, []).append((path, entry))

    def find(self, path: str, beside: str = "") -> Entry | None:
        """The file called `path` by a document whose export has its root at `beside`; None where it is not there."""
        wanted = plain(path).casefold().lstrip("/")
        named = self._by_name.get(PurePosixPath(wanted).name, [])
        for matches in (
            [entry for known, entry in named if known == f"{plain(beside).casefold()}{wanted}"],
            [entry for known, entry in named if known == wanted or known.endswith(f"/{wanted}")],
        ):
            if matches:
                return matches[0]
        return named[0][1] if len(named) == 1 else None
