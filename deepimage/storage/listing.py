"""A folder tree as a stream of entries, in key order, holding no more than the names of the folders on the way down.

Nothing is opened, so nothing can block. Symbolic links are followed only to files inside the tree: a linked folder
inside it is listed under its own name already, and what lies outside was not asked for.
Paths are plain strings here: pathlib takes as long as the disk.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from deepimage.storage.failures import cause
from deepimage.storage.store import Entry

_KINDS = {
    stat.S_IFIFO: "a named pipe, not a file",
    stat.S_IFSOCK: "a socket, not a file",
    stat.S_IFBLK: "a block device, not a file",
    stat.S_IFCHR: "a character device, not a file",
    stat.S_IFDIR: "a folder, not a file",
}


def walk(root: str, prefix: str = "") -> Iterator[Entry]:
    """Entries below `root`/`prefix`, keys relative to `root`; both end in "/", `prefix` may be empty.

    Raises OSError where the top cannot be listed; a folder below that cannot is an entry with its problem.
    """
    stack = [iter(_names(root, prefix))]
    while stack:
        key = next(stack[-1], None)
        if key is None:
            stack.pop()
            continue
        try:
            if not _is_utf8(key):
                yield _unnameable(root, key)
            elif key.endswith("/"):
                stack.append(iter(_names(root, key)))
            else:
                yield _describe(root, key)
        except FileNotFoundError:
            continue  # gone since its folder was read
        except OSError as error:
            yield Entry(key, root + key, problem=f"cannot be read: {cause(error)}")


def describe(key: str, path: str, status: os.stat_result) -> Entry:
    """The entry of what stands at `path`."""
    problem = _KINDS.get(stat.S_IFMT(status.st_mode))
    return Entry(key, path, status.st_size, str(status.st_mtime_ns), problem)


def _names(root: str, prefix: str) -> list[str]:
    """Keys in one folder, sorted; a subfolder's ends in "/", so that the walk is in the order of whole keys."""
    with os.scandir(root + prefix) as found:
        return sorted(prefix + one.name + "/" * one.is_dir(follow_symlinks=False) for one in found)


def _describe(root: str, key: str) -> Entry:
    status = os.lstat(root + key)
    if not stat.S_ISLNK(status.st_mode):
        return describe(key, root + key, status)
    link = Path(root + key)
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError is a loop
        return Entry(key, str(link), problem="a symbolic link that leads nowhere")
    if target.is_dir():
        return Entry(key, str(link), problem="a symbolic link to a folder: not followed")
    if not target.is_relative_to(Path(root).resolve()):
        return Entry(key, str(link), problem="a symbolic link out of the folder: not followed")
    return describe(key, str(link), target.stat())


def _is_utf8(name: str) -> bool:
    return name.isascii() or name.encode(errors="replace").decode() == name


def _unnameable(root: str, name: str) -> Entry:
    """A key is text: the stray bytes of its name are escaped, so it cannot be read by it."""
    key = os.fsencode(name.rstrip("/")).decode(errors="backslashreplace")
    return Entry(key, root + key, problem="the name is not UTF-8: rename it")
