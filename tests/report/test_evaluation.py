"""What an evaluation tells: means and bests as they should be, names harmless, nothing from outside."""

import io
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from PIL import Image

from deepimage.report.evaluation import markdown, page
from deepimage.report.evaluation_rows import Group, Outcome

_SPEEDS = {"bicubic": 20.0, "net": 2.0}


def jpeg() -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((40, 48, 3), 128, np.uint8)).save(file, "JPEG")
    return file.getvalue()


def cell(system: str, picture: str, degradation: str = "C0", **columns: Any) -> dict[str, Any]:
    kind = {"bicubic": "interpolator", "original": "original"}.get(system, "shipped")
    speed = _SPEEDS.get(system)
    nothing = dict.fromkeys(("psnr_y", "lpips", "niqe", "error"))
    facts = {"system": system, "kind": kind, "set": "Set", "input": picture, "degradation": degradation}
    size = {"status": "done", "megapixels": 2.0, "seconds": 2.0 / speed if speed else None, "exhibit": jpeg()}
    return nothing | facts | size | columns


@pytest.fixture
def outcome() -> Outcome:
    """Two systems, three pictures, two degradations; one picture is broken, and the net lacks one more."""
    cells = []
    for degradation, worse in (("C0", 0.0), ("C3", 1.0)):
        for number, picture in enumerate(("a.png", "b.png", "c.png")):
            figures = {"psnr_y": 30.0 - number - worse, "lpips": 0.4 + 0.1 * number + worse / 10, "niqe": 8.0}
            better = {"psnr_y": 31.0 - number - worse, "lpips": 0.2 + 0.1 * number + worse / 10, "niqe": 3.0}
            if (picture, degradation) == ("c.png", "C3"):
                better = {"status": "failed", "error": "no memory"}
            cells += [
                cell("bicubic", picture, degradation, **figures),
                cell("net", picture, degradation, **better),
                cell("original", picture, degradation, niqe=4.9),
            ]
        for system in ("bicubic", "net", "original"):
            broken = {"status": "quarantined", "error": "<script>alert(1)</script>", "exhibit": None}
            cells.append(cell(system, "evil\u202e<b>.png", degradation, **broken))
    return Outcome(tuple(cells), ("psnr_y", "lpips", "niqe"), "lpips", "net")


def test_means_are_over_the_pictures_that_were_finished(outcome: Outcome) -> None:
    clean, dirty = Group("Set", "C0"), Group("Set", "C3")
    assert outcome.groups == (clean, dirty)
    assert outcome.scores[clean, "bicubic"].means == pytest.approx({"psnr_y": 29.0, "lpips": 0.5, "niqe": 8.0})
    assert outcome.scores[dirty, "net"].means["psnr_y"] == pytest.approx(29.5)
    assert outcome.scores[dirty, "net"].pictures == 2
    assert outcome.scores[clean, "bicubic"].speed == pytest.approx(20.0)
    assert outcome.scores[clean, "original"].speed is None


def test_the_best_is_the_lowest_or_highest_and_never_the_original(outcome: Outcome) -> None:
    clean = Group("Set", "C0")
    assert outcome.best(clean, "psnr_y") == "30.00"
    assert outcome.best(clean, "lpips") == "0.300"
    assert outcome.best(clean, "niqe") == ""  # a check, no contest, where there is an original
    blind = Outcome(tuple(c for c in outcome.cells if c["system"] != "original"), ("niqe",), "niqe", "net")
    assert blind.best(clean, "niqe") == "3.00"  # 1.9 from the band, the other 3.1


def test_the_focus_is_counted_picture_by_picture(outcome: Outcome) -> None:
    assert outcome.ahead("bicubic", "psnr_y") == outcome.ahead("bicubic", "lpips") == (5, 5)
    assert Outcome(outcome.cells, outcome.metrics, "lpips", "bicubic").ahead("net", "lpips") == (0, 5)
    assert "| bicubic | 100% | 100% |" in markdown(outcome)


def test_exhibits_begin_with_the_worst_against_its_kind(outcome: Outcome) -> None:
    shown = outcome.exhibits(2)
    # c.png at C0 is 0.1 above its mean, more than b.png at C3 (0.05); the failed cell shows nothing
    assert [(cells[0]["input"], cells[0]["degradation"]) for cells in shown] == [("c.png", "C0"), ("a.png", "C3")]
    assert [cell["system"] for cell in shown[0]] == ["bicubic", "net", "original"]
    assert outcome.exhibits(0) == []
    assert len(outcome.exhibits(50)) == 3


def test_markdown_has_the_best_in_bold_and_names_what_failed(outcome: Outcome) -> None:
    text = markdown(outcome)
    assert "| net | **30.00** | **0.300** | 3.00 | 2 |" in text
    assert "| net (2 of 3) | **29.50**" in text
    assert "| original | – | – | 4.90 | – |" in text
    assert text.count("not judged") == 2  # one line for a picture and reason, whatever the number of cells
    assert "(6 cells): &lt;script&gt;" in text
    assert "`Set/c.png` (1 cell): no memory" in text


class Page(HTMLParser):
    """Tags, their attributes, and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("img", "meta", "link", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_asks_for_nothing_outside(outcome: Outcome) -> None:
    text = page(outcome, {"scale": "4"}, exhibits=2)
    parsed = Page(text)
    assert parsed.open == []
    sources = [value for _, attributes in parsed.seen for key, value in attributes.items() if key in ("src", "href")]
    assert all(source and source.startswith(("data:", "#")) for source in sources)
    assert sum(tag == "img" for tag, _ in parsed.seen) == 6
    assert sum(tag == "svg" for tag, _ in parsed.seen) == 6  # three metrics against speed and against severity
    assert "<script>alert" not in text
    assert "evil\\u202e&lt;b&gt;.png" in text
    assert not re.search(r"https?://|@import|url\(|fetch\(", text)


def test_marks_lie_inside_their_plots_and_better_is_up(outcome: Outcome) -> None:
    text = page(outcome, {}, exhibits=0)
    dots = re.findall(
        r'<g class="mark [^"]*" data-system="(\w+)"><title>\w+</title><circle cx="([\d.]+)" cy="([\d.]+)"', text
    )
    assert len(dots) == 6
    for name, x, y in dots:
        assert 52 <= float(x) <= 368, name
        assert 30 <= float(y) <= 320, name
    for first, second in ((0, 1), (2, 3)):  # PSNR-Y, then LPIPS: the net is ahead in both
        heights = {dots[i][0]: float(dots[i][2]) for i in (first, second)}
        assert heights["net"] < heights["bicubic"]


def test_blind_figures_come_with_a_caution(outcome: Outcome) -> None:
    blind = Outcome(tuple(c for c in outcome.cells if c["system"] != "original"), ("niqe",), "niqe", "net")
    assert "no figure settles" in page(blind, {}, 1)
    assert "no figure settles" not in page(outcome, {}, 1)


def test_nothing_but_failures_is_still_a_page() -> None:
    only = Outcome((cell("net", "a.png", status="failed", error="gone", exhibit=None),), ("psnr_y",), "psnr_y", "net")
    assert "gone" in page(only, {}, 5)
    assert "0 pictures" in markdown(only)
