"""The cells of an evaluation as the page asks for them: means by group, the best of each, worst cases, troubles."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from deepimage.metrics.catalog import METRICS
from deepimage.report.rows import Row

SPEED = "megapixels_per_second"
ORIGINAL = "original"


class Group(NamedTuple):
    """Pictures of one set under one degradation."""

    set: str
    degradation: str


@dataclass(frozen=True)
class Score:
    """What one system reached in one group: means by metric, megapixels per second, and over how many pictures."""

    means: dict[str, float]
    speed: float | None
    pictures: int


@dataclass(frozen=True)
class Outcome:
    """All cells in the order of the plan, and what is asked of them. A metric's name is one of metrics.catalog."""

    cells: tuple[Row, ...]
    metrics: tuple[str, ...]
    headline: str
    focus: str

    @cached_property
    def systems(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(cell["system"] for cell in self.cells))

    @cached_property
    def contestants(self) -> tuple[str, ...]:
        """Systems without the original."""
        return tuple(name for name in self.systems if name != ORIGINAL)

    @cached_property
    def kinds(self) -> dict[str, str]:
        return {cell["system"]: cell["kind"] for cell in self.cells}

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        return tuple(dict.fromkeys(Group(cell["set"], cell["degradation"]) for cell in self.cells))

    @cached_property
    def degradations(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(cell["degradation"] for cell in self.cells))

    @cached_property
    def pictures(self) -> int:
        return len({(cell["set"], cell["input"]) for cell in self.cells})

    @cached_property
    def scores(self) -> dict[tuple[Group, str], Score]:
        """By group and system; a system that finished no picture of a group has none."""
        done: dict[tuple[Group, str], list[Row]] = {}
        for cell in self.cells:
            if cell["status"] == "done":
                group = Group(cell["set"], cell["degradation"])
                done.setdefault((group, cell["system"]), []).append(cell)
        return {key: self._score(cells) for key, cells in done.items()}

    def best(self, group: Group, metric: str) -> str:
        """The best mean as it is printed, to which all equal ones are equal; empty where there is none.

        Beside an original, metrics that do without one are a check and no contest.
        """
        if ORIGINAL in self.systems and not METRICS[metric].needs_hr:
            return ""
        values = [
            self.scores[group, name].means.get(metric) for name in self.contestants if (group, name) in self.scores
        ]
        known = [value for value in values if value is not None]
        return METRICS[metric].text(min(known, key=METRICS[metric].badness)) if known else ""

    def ahead(self, other: str, metric: str) -> tuple[int, int]:
        """In how many cells `focus` is better than `other`, and of how many that both have finished."""
        cells = [cell for cell in self.cells if cell["status"] == "done" and cell[metric] is not None]
        found = {(cell["system"], cell["set"], cell["input"], cell["degradation"]): cell[metric] for cell in cells}
        badness = METRICS[metric].badness
        pairs = [
            (badness(value), badness(found[other, *where]))
            for (system, *where), value in found.items()
            if system == self.focus and (other, *where) in found
        ]
        return sum(ours < theirs for ours, theirs in pairs), len(pairs)

    def troubles(self) -> Iterator[tuple[Row, int]]:
        """A cell of every picture and reason that was not judged, and how many cells share it."""
        bad = [cell for cell in self.cells if cell["status"] != "done"]
        bad.sort(key=lambda cell: (cell["set"], cell["input"], cell["error"] or ""))
        for _, cells in groupby(bad, lambda cell: (cell["set"], cell["input"], cell["error"])):
            first, *others = cells
            yield first, 1 + len(others)

    def exhibits(self, number: int) -> list[list[Row]]:
        """Cells of chosen pictures, all systems each: those at which `focus` is worst first, then from bad to good.

        Bad is meant against the mean of the same group, so that not only the severest degradation is shown; a picture
        comes once.
        """
        ranked = sorted(self._of_focus(), key=self._excess, reverse=True)
        worst: dict[tuple[str, str], Row] = {}
        for cell in ranked:
            worst.setdefault((cell["set"], cell["input"]), cell)
        chosen = [
            (row["set"], row["input"], row["degradation"]) for row in _first_then_spread(list(worst.values()), number)
        ]
        found: dict[tuple[str, str, str], list[Row]] = {key: [] for key in chosen}
        for cell in self.cells:
            shown = cell["set"], cell["input"], cell["degradation"]
            if shown in found and cell["status"] == "done":
                found[shown].append(cell)
        return list(found.values())

    def _of_focus(self) -> Iterator[Row]:
        return (cell for cell in self.cells if cell["system"] == self.focus and cell[self.headline] is not None)

    def _excess(self, cell: Row) -> float:
        """By how much a picture is worse than its group's mean."""
        badness = METRICS[self.headline].badness
        group = Group(cell["set"], cell["degradation"])
        return badness(cell[self.headline]) - badness(self.scores[group, self.focus].means[self.headline])

    def _score(self, cells: list[Row]) -> Score:
        means = {}
        for name in self.metrics:
            values = [cell[name] for cell in cells if cell[name] is not None and not math.isnan(cell[name])]
            if values:
                means[name] = sum(values) / len(values)
        seconds = sum(cell["seconds"] or 0 for cell in cells)
        return Score(means, sum(cell["megapixels"] for cell in cells) / seconds if seconds else None, len(cells))


def _first_then_spread(ranked: list[Row], number: int) -> list[Row]:
    """The first half of `number` as they stand, the other half evenly from the rest."""
    if len(ranked) <= number:
        return ranked
    first, rest = ranked[: (number + 1) // 2], ranked[(number + 1) // 2 :]
    more = number // 2
    return first + [rest[(2 * i + 1) * len(rest) // (2 * more)] for i in range(more)]
