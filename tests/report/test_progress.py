"""Progress tells the truth on any terminal, on none, and when nobody reads."""

import fcntl
import io
import os
import pty
import re
import struct
import sys
import termios
import threading

import pytest
from rich.cells import cell_len

from deepimage.report.progress import Progress, Tally

ROW = {"megapixels": 2.88, "status": "done"}
BROKEN = {"megapixels": None, "status": "quarantined"}


class Clock:
    """Time that passes when told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_plain_line() -> None:
    tally = Tally("restore", 2000, 5760.0, images=409, megapixels=1187.0)
    tally.add([BROKEN] * 3)
    assert tally.text(121.12) == "restore  412/2,000 images  1,187/5,760 MP  9.8 MP/s  3 errors  ETA 7m47s"
    assert tally.text(600, ended=True).endswith("in 10m00s")


def test_unknown_totals_give_counts_only() -> None:
    tally = Tally("inventory", None, None)
    tally.add([{"input": "a"}] * 1500)
    assert tally.text(3) == "inventory  1,500 images  0 errors"
    assert tally.fraction is None


def test_the_end_is_foretold_by_megapixels_not_by_images() -> None:
    tally = Tally("restore", 2, 100.0)
    tally.add([{"megapixels": 90.0}])
    assert tally.text(90).endswith("ETA 10s")


@pytest.mark.parametrize("width", range(10, 90, 5))
def test_a_narrow_line_fits_and_keeps_what_matters(width: int) -> None:
    tally = Tally("restore", 2000, 5760.0, images=412, megapixels=1187.0)
    text = tally.text(121, width)
    assert len(text) <= width
    assert "412/2,000" in text or width < 30
    assert ("ETA" in text) == (width >= 37)


def test_one_line_every_few_seconds_and_one_at_the_end() -> None:
    stream, clock = io.StringIO(), Clock()
    with Progress(100, 288.0, stream, interval=5, clock=clock) as progress:
        for _ in range(100):
            clock.now += 0.2
            progress.update([ROW])
    lines = stream.getvalue().splitlines()
    assert len(lines) == 4 + 1
    assert "\x1b" not in stream.getvalue()
    assert lines[-1] == "restore  100/100 images  288/288 MP  14.4 MP/s  0 errors  in 20s"


def test_quiet_says_nothing() -> None:
    stream = io.StringIO()
    with Progress(10, 10.0, stream, interval=0, quiet=True) as progress:
        progress.update([ROW])
    assert stream.getvalue() == ""
    assert progress.tally.images == 1


def test_a_closed_pipe_stops_the_talk_not_the_work() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stream, Progress(10, 10.0, stream, interval=0) as progress:
        for _ in range(10):
            progress.update([ROW])
    assert progress.tally.images == 10


def test_an_error_in_the_work_passes_through() -> None:
    with pytest.raises(KeyboardInterrupt), Progress(10, 10.0, io.StringIO()):
        raise KeyboardInterrupt


class Screen:
    """A real pseudo-terminal of a given width, and what was drawn on it."""

    def __init__(self, columns: int) -> None:
        self.main, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.stream = os.fdopen(side, "w")
        self._drawn = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                self._drawn += os.read(self.main, 4096)
            except OSError:  # the other side is closed
                return

    def drawn(self) -> str:
        self.stream.close()
        self._reader.join()
        os.close(self.main)
        return self._drawn.decode()


@pytest.fixture(params=[20, 40, 80, 160])
def columns(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("COLUMNS", raising=False)
    return request.param


def test_a_terminal_of_any_width_is_drawn_in_one_line(columns: int) -> None:
    screen = Screen(columns)
    with Progress(2000, 5760.0, screen.stream) as progress:
        progress.update([ROW] * 412)
    drawn = screen.drawn()
    frames = [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", frame) for frame in re.split(r"[\r\n]+", drawn)]
    assert max(cell_len(frame) for frame in frames) <= columns
    assert "restore" in drawn
    assert ("━" in drawn) == (columns >= 80)
    assert "\x1b[1A" not in drawn  # never more than one line
    assert drawn.count("\x1b[?25l") == drawn.count("\x1b[?25h") == 1  # the cursor comes back


def test_a_window_made_narrower_is_drawn_narrower() -> None:
    screen = Screen(120)
    with Progress(2000, 5760.0, screen.stream) as progress:
        fcntl.ioctl(screen.stream, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
        progress.update([ROW] * 412)
    assert "━" not in screen.drawn().splitlines()[-1]


def test_a_stdout_that_is_no_terminal_is_left_alone(columns: int) -> None:
    screen, before = Screen(columns), sys.stdout
    with Progress(1, 1.0, screen.stream):
        assert sys.stdout is before
    screen.drawn()


def test_a_dumb_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    screen = Screen(80)
    with Progress(10, 10.0, screen.stream) as progress:
        progress.update([ROW])
    assert "\x1b" not in screen.drawn()
