"""When a picture was taken, as exports say it: seconds since 1970, EXIF's text, or a line on a page."""

import re
from datetime import UTC, datetime, tzinfo
from functools import cache

_EARLIEST, _LATEST = datetime(1990, 1, 1), datetime(2100, 1, 1)  # outside these it is a fault of a clock
_EXIF = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?")
_FOLDER = re.compile(r"(?:^|/)((?:19|20)\d\d)(0[1-9]|1[0-2])/[^/]+$")


def of_epoch(seconds: object, zone: tzinfo) -> datetime | None:
    """Seconds since 1970 in `zone`; milliseconds are understood."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
        return None
    try:
        moment = datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
    except (ValueError, OSError, OverflowError):
        return None
    return _sane(moment.astimezone(zone))


def of_exif(text: object) -> datetime | None:
    """ "2019:07:14 18:30:00": local time, of no known zone."""
    match = _EXIF.match(text) if isinstance(text, str) else None
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()) if match else [0] * 6
        return _sane(datetime(year, month, day, hour, minute, second))
    except ValueError:
        return None


@cache
def of_page(text: str) -> datetime | None:
    """A line of an HTML export, in the language of its account; minutes, of no known zone."""
    import dateparser  # a tenth of a second that JSON exports do without

    found = dateparser.parse(text[:60]) if re.search(r"\d", text) else None
    return _sane(found.replace(tzinfo=None)) if found else None


def of_folder(path: str) -> datetime | None:
    """media/posts/201907/x.jpg -> the first of that month."""
    match = _FOLDER.search(path)
    return _sane(datetime(int(match[1]), int(match[2]), 1)) if match else None


def of_text(text: object, zone: tzinfo) -> datetime | None:
    """ISO 8601, as the oldest exports have it; in `zone` where it names an offset."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return _sane(moment.astimezone(zone) if moment.tzinfo else moment) if moment else None


def _sane(moment: datetime) -> datetime | None:
    return moment if _EARLIEST <= moment.replace(tzinfo=None) < _LATEST else None
