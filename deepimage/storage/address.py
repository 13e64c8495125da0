"""Addresses: which scheme a URL or path has, and which local path it means.

A path is taken literally, whatever `#`, `?`, `%`, `*` or `::` stands in its name. So is an s3:// key.
"""

import re
from pathlib import Path
from urllib.parse import unquote

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


def scheme_of(url: str) -> str:
    """ "file" for a path, else the scheme in lower case; s3a:// is s3://."""
    match = _SCHEME.match(url)
    scheme = match[1].lower() if match else "file"
    return "s3" if scheme == "s3a" else scheme


def is_absolute(url: str) -> bool:
    """Whether `url` means the same thing wherever it is written down."""
    return url.startswith("/") or _SCHEME.match(url) is not None


def path_of(url: str) -> str:
    """The local path that a plain path or a file:// URL means.

    file:// is literal, as fsspec writes it; percent-encoded, as browsers and pathlib write it, where only that exists.
    """
    path = _SCHEME.sub("", url, count=1) if scheme_of(url) == "file" else url
    if path != url and not Path(path).exists() and Path(unquote(path)).exists():
        return unquote(path)
    return path


def split_bucket(url: str) -> tuple[str, str]:
    """s3://bucket/any/key -> ("bucket", "any/key")."""
    bucket, _, key = url.partition("://")[2].partition("/")
    return bucket, key


def split_chain(url: str) -> tuple[str, str]:
    """zip://inner::outer -> ("inner", "outer"); `inner` may hold "::", `outer` may not; "" where there is none."""
    inner, chain, outer = url.partition("://")[2].rpartition("::")
    return (inner, outer) if chain else (outer, "")
