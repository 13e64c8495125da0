"""Which format a client wants, by its Accept header (RFC 9110, 12.5.1)."""

import re

from deepimage.config import Format
from deepimage.serving.problems import Problem

MEDIA_TYPES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "avif": "image/avif",
    "tiff": "image/tiff",
}
_LIKED: tuple[Format, ...] = ("avif", "webp", "png", "jpeg")  # of those that are wished for equally
_RANGE = re.compile(r"\s*([\w.+*-]+/[\w.+*-]+)\s*(?:;.*?)??(?:;\s*q=([0-9.]+)\s*)?(?:;.*)?", re.ASCII | re.IGNORECASE)


def negotiate(accept: str | None, own: Format) -> Format:
    """The format to answer in; `own`, the input's family, where Accept does not wish otherwise.

    A type that is named beats one that a wildcard allows. Raises Problem not-acceptable.
    """
    wishes = _wishes(accept or "")
    if not wishes:
        return own
    best = max((own, *_LIKED), key=lambda format: _rank(format, wishes))
    if not _rank(best, wishes)[0]:
        raise Problem("not-acceptable", f"formats that can be made: {', '.join(MEDIA_TYPES.values())}")
    return best


def _wishes(accept: str) -> dict[str, float]:
    """Media range -> quality 0 to 1; what cannot be read is no wish."""
    wishes = {}
    for part in accept.split(","):
        if match := _RANGE.fullmatch(part):
            wishes[match[1].lower()] = _quality(match[2])
    return wishes


def _quality(text: str | None) -> float:
    try:
        return min(max(float(text or 1), 0), 1)
    except ValueError:
        return 1


def _rank(format: Format, wishes: dict[str, float]) -> tuple[float, int]:
    """(quality, how precisely it is named)."""
    for precision, pattern in ((2, MEDIA_TYPES[format]), (1, "image/*"), (0, "*/*")):
        if pattern in wishes:
            return wishes[pattern], precision
    return 0, 0
