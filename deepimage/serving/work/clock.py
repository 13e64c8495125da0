"""When each piece of work would end if all shared a machine equally.

Served in that order, one after another, none ends later than it would have by sharing, and most end sooner (Fair
Sojourn Protocol, Friedman and Henderson 2003): a small picture overtakes a large one, equals keep their order, and
a large one is not put off for ever, because the ends of those who come later lie further and further ahead.
"""

from heapq import heapify, heappop, heappush


class FairClock:
    """Virtual time: goes on by one unit for each unit of work that every piece present would have got."""

    def __init__(self) -> None:
        self._now = 0.0
        self._ends: list[float] = []

    def enter(self, work: float) -> float:
        """The virtual end of a piece that comes now."""
        end = self._now + work
        heappush(self._ends, end)
        return end

    def leave(self, end: float) -> None:
        """The piece with that end has been given up."""
        if end in self._ends:
            self._ends.remove(end)
            heapify(self._ends)

    def advance(self, work: float) -> None:
        """So much of any pieces has been done."""
        while self._ends and work > 0:
            to_next_end = (self._ends[0] - self._now) * len(self._ends)
            if work < to_next_end:
                self._now += work / len(self._ends)
                return
            work -= to_next_end
            self._now = heappop(self._ends)
