"""What is left of a client's megapixels, in days of UTC."""

import math
from dataclasses import dataclass

DAY = 86_400  # seconds


@dataclass(frozen=True)
class Allowance:
    """A client's quota after some of it was taken."""

    client: str
    day: int
    """Days since 1970, UTC: the window."""
    quota: float
    """Megapixels a day."""
    taken: float
    """Megapixels, just now; `KeyBook.refund` gives these back."""
    left: float
    """Megapixels, for the rest of the day."""
    resets: int
    """Seconds to the end of the day."""

    def headers(self) -> dict[str, str]:
        """RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers); their numbers are whole."""
        return {
            "RateLimit-Policy": f'"daily";q={math.floor(self.quota)};w={DAY};qu="megapixels"',
            "RateLimit": f'"daily";r={math.floor(self.left)};t={self.resets}',
        }


def day_of(now: float) -> int:
    """The window that `now`, seconds since 1970, lies in."""
    return int(now // DAY)


def rest_of_day(now: float) -> int:
    """Whole seconds until the next window begins."""
    return math.ceil((day_of(now) + 1) * DAY - now)
