"""Which output key an input gets: its own path with the new suffix; collisions end here, before any work."""

import hashlib
import unicodedata
from pathlib import PurePosixPath

SUFFIXES = {"jpeg": ".jpg", "png": ".png", "webp": ".webp", "avif": ".avif", "tiff": ".tif"}
_FAMILIES = {"jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"), "tiff": (".tif", ".tiff")}
_UNNAMEABLE = {"": "_", ".": "_", "..": "__"}
_LONGEST_NAME = 240  # bytes; file systems allow 255


class Names:
    """Hands out output keys, no two equal even where case or Unicode form is ignored."""

    def __init__(self) -> None:
        self._taken: set[bytes] = set()
        self.collisions = 0

    def keep(self, key: str) -> None:
        """A key that an earlier run gave out stays given."""
        self._taken.add(_identity(key))

    def assign(self, key: str, format: str) -> str:
        """The output key for input `key`: `a/b.jpg`, else `a/b.png.jpg`, else `a/b.png-1a2b3c4d.jpg`."""
        folder, name = _split(key)
        stem, suffix = _suffix(name, format)
        digest = hashlib.sha256(key.encode()).hexdigest()[:8]
        for wanted in (stem + suffix, name + suffix, f"{name}-{digest}{suffix}"):
            candidate = folder + _shorten(wanted, suffix, digest)
            if _identity(candidate) not in self._taken:
                self._taken.add(_identity(candidate))
                return candidate
            self.collisions += 1
        raise AssertionError(f"two inputs are called {key!r}")


def _split(key: str) -> tuple[str, str]:
    """(folder with its slash, name); parts that no file system can hold (empty, `.`, `..`) become underscores."""
    *folders, name = [_UNNAMEABLE.get(part, part) for part in key.split("/")]
    return "".join(f"{folder}/" for folder in folders), name


def _suffix(name: str, format: str) -> tuple[str, str]:
    """(stem, suffix): the input's own spelling (.jpeg, .JPG) where it names the same family."""
    path = PurePosixPath(name)
    same = path.suffix.lower() in _FAMILIES.get(format, (SUFFIXES[format],))
    return path.stem, path.suffix if same else SUFFIXES[format]


def _shorten(name: str, suffix: str, digest: str) -> str:
    if len(name.encode()) <= _LONGEST_NAME:
        return name
    room = _LONGEST_NAME - len(suffix) - len(digest) - 1
    return f"{name.encode()[:room].decode(errors='ignore')}-{digest}{suffix}"


def _identity(key: str) -> bytes:
    folded = unicodedata.normalize("NFC", key).casefold()
    return hashlib.blake2b(folded.encode(errors="surrogatepass"), digest_size=16).digest()
