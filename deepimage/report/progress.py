"""Progress of one phase on stderr: a live line on a terminal, a plain line every few seconds elsewhere."""

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TextIO

from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from deepimage.report import figures
from deepimage.report.rows import TROUBLED
from deepimage.report.terminal import Terminal

_BAR = 24  # columns
_DISPENSABLE = ("megapixels", "speed", "errors", "time")  # what a narrow terminal loses, first to last


@dataclass
class Tally:
    """What a phase has done so far, of how much. A total may be unknown."""

    phase: str
    total_images: int | None
    total_megapixels: float | None
    images: int = 0
    megapixels: float = 0.0
    errors: int = 0

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Count rows: `megapixels` and `status` are read where a row has them; part of an image has 0 `images`."""
        for row in rows:
            self.images += row.get("images", 1)
            self.megapixels += row.get("megapixels") or 0.0
            self.errors += row.get("status") in TROUBLED

    @property
    def fraction(self) -> float | None:
        """Part done, by megapixels where their total is known, else by images; None = unknown."""
        if self.total_megapixels:
            return min(self.megapixels / self.total_megapixels, 1.0)
        return min(self.images / self.total_images, 1.0) if self.total_images else None

    def text(self, seconds: float, width: int | None = None, ended: bool = False) -> str:
        """One line about the state after `seconds`, at most `width` columns wide: what matters least is left out."""
        parts = self._parts(max(seconds, 1e-6), ended)
        for name in _DISPENSABLE:
            if width is not None and len("  ".join(parts.values())) > width:
                parts.pop(name, None)
        return "  ".join(parts.values())[:width]

    def _parts(self, seconds: float, ended: bool) -> dict[str, str]:
        images = figures.count(self.images) + (f"/{figures.count(self.total_images)}" if self.total_images else "")
        parts = {"phase": self.phase, "images": f"{images} images"}
        if self.megapixels or self.total_megapixels:
            total = f"/{figures.megapixels(self.total_megapixels)}" if self.total_megapixels else ""
            parts["megapixels"] = f"{figures.megapixels(self.megapixels)}{total} MP"
            parts["speed"] = f"{figures.megapixels(self.megapixels / seconds)} MP/s"
        parts["errors"] = figures.count(self.errors, "error")
        if ended:
            parts["time"] = f"in {figures.duration(seconds)}"
        elif self.fraction:
            parts["time"] = f"ETA {figures.duration(seconds * (1 / self.fraction - 1))}"
        return parts


class Progress:
    """Context manager that shows a phase; `total_megapixels` are those of all rows that `update` will be given."""

    def __init__(
        self,
        total_images: int | None = None,
        total_megapixels: float | None = None,
        stream: TextIO | None = None,
        interval: float = 5.0,
        phase: str = "restore",
        quiet: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.tally = Tally(phase, total_images, total_megapixels)
        self._terminal = Terminal(stream or sys.stderr)
        self._console = self._terminal.console()
        self._interval = interval
        self._quiet = quiet
        self._clock = clock
        self._ended = False
        self._started = self._spoken = clock()
        self._live = None if quiet else self._make_live()

    def __enter__(self) -> "Progress":
        self._started = self._spoken = self._clock()
        if self._live:
            self._live.start()
        return self

    def update(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Count finished rows, and say so when it is time."""
        self.tally.add(rows)
        now = self._clock()
        if not self._quiet and not self._live and now - self._spoken >= self._interval:
            self._spoken = now
            self._say(self.tally.text(now - self._started))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended = True
        if self._live:
            self._live.stop()
        elif not self._quiet:
            self._say(self.tally.text(self._clock() - self._started, ended=True))

    def _say(self, line: str) -> None:
        self._terminal.write(f"{line}\n")
        self._terminal.flush()

    def _make_live(self) -> Live | None:
        """Only for a terminal that can move its cursor; stdout is woven in only where it is a terminal, too."""
        if not self._terminal.isatty() or self._console.is_dumb_terminal:
            return None
        return Live(
            console=self._console,
            get_renderable=self._frame,
            refresh_per_second=4,
            redirect_stdout=sys.stdout.isatty(),
        )

    def _frame(self) -> Table:
        width = self._console.width = self._terminal.columns  # the window may have been resized
        bar = self.tally.fraction is not None and width > 3 * _BAR
        room = width - (_BAR + 2 if bar else 0) - 1
        text = self.tally.text(self._clock() - self._started, room, self._ended)
        frame = Table.grid(padding=(0, 2, 0, 0))
        cells: list[Text | ProgressBar] = [Text(text, no_wrap=True, overflow="ellipsis")]
        if bar:
            cells.insert(0, ProgressBar(total=1.0, completed=self.tally.fraction or 0.0, width=_BAR))
        frame.add_row(*cells)
        return frame
