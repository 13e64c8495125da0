"""Histograms and tallies of a profile, as inline SVG and tables."""

from collections.abc import Mapping
from dataclasses import dataclass

from deepimage.report import figures
from deepimage.report.markup import Markup, tag
from deepimage.report.study_summary import number, percent
from deepimage.study.measures import Measure

_WIDTH, _HEIGHT = 440, 150
_FLOOR, _TOP = 126, 16  # y of the axis, and of the highest bar
_GAP = 2
_ROOM = 34  # pixels that the text of a tick needs


@dataclass(frozen=True)
class Caption:
    """The words of a histogram."""

    title: str
    about: str
    others: str = "not told"
    """What is true of the pictures that are in no bin."""


def histogram(caption: Caption, measure: Measure, whole: int) -> Markup:
    """A figure of one measure over `whole` pictures; nothing where it was never measured."""
    if measure.median is None:
        return Markup()
    first, last = _filled(measure)
    edges, counts = measure.edges[first : last + 1], measure.counts[first:last]
    step = _WIDTH / len(counts)
    bars = [
        _bar(place * step, step, count, max(counts), edges[place : place + 2]) for place, count in enumerate(counts)
    ]
    every = max(1, round(_ROOM / step + 0.5))
    ticks = [_tick(place * step, number(edge)) for place, edge in enumerate(edges) if place % every == 0]
    box = {
        "viewBox": f"-16 0 {_WIDTH + 32} {_HEIGHT}",
        "role": "img",
        "aria-label": f"{caption.title}: {_quantiles(measure)}",
    }
    chart = tag("svg.histogram", *bars, *ticks, attributes=box)
    others = f"{percent(measure.unknown, whole)} {caption.others}" if measure.unknown else ""
    words = tag("figcaption", tag("strong", _quantiles(measure)), tag("span.quiet", others))
    return tag("figure.measure", tag("h3", caption.title), tag("p.quiet", caption.about), chart, words)


def tally(title: str, counts: Mapping[str, int], whole: int) -> Markup:
    """A table of words with bars; nothing where no word was told."""
    if not counts:
        return Markup()
    rows = [
        tag(
            "tr",
            tag("th", tag("bdi", figures.shown(word, 60)), attributes={"scope": "row"}),
            tag("td.figure", percent(count, whole)),
            tag("td.chart", _strip(count / whole)),
        )
        for word, count in counts.items()
    ]
    return tag("table", tag("caption", title), *rows)


def _filled(measure: Measure) -> tuple[int, int]:
    """The bins from the first to the last that hold something, as a half-open range, with one more on either side."""
    filled = [place for place, count in enumerate(measure.counts) if count]
    return max(filled[0] - 1, 0), min(filled[-1] + 2, len(measure.counts))


def _bar(x: float, width: float, count: int, most: int, edges: tuple[float, ...]) -> Markup:
    height = max((_FLOOR - _TOP) * count / most, 1.5 if count else 0)
    box = {"x": x + _GAP / 2, "y": _FLOOR - height, "width": width - _GAP, "height": height}
    text = f"{number(edges[0])} to {number(edges[1])}: {figures.count(count, 'picture')}"
    parts = [tag("rect.done", tag("title", text), attributes={key: f"{value:.1f}" for key, value in box.items()})]
    if count == most:
        parts.append(_text(x + width / 2, _FLOOR - height - 5, figures.count(count)))
    return tag("g", *parts)


def _tick(x: float, text: str) -> Markup:
    return _text(x, _FLOOR + 16, text)


def _text(x: float, y: float, text: str) -> Markup:
    return tag("text", text, attributes={"x": f"{x:.1f}", "y": f"{y:.1f}"})


def _strip(share: float) -> Markup:
    rect = tag("rect.done", attributes={"x": 0, "width": f"{100 * share:.1f}", "height": 10})
    box = {"viewBox": "0 0 100 10", "preserveAspectRatio": "none", "aria-hidden": "true"}
    return tag("svg.bar", rect, attributes=box)


def _quantiles(measure: Measure) -> str:
    """'median 0.62, nine in ten from 0.45 to 1.1'."""
    if measure.low is None or measure.median is None or measure.high is None:
        return "nothing measured"
    if measure.low == measure.high:
        return f"all {number(measure.median)}" if measure.low == measure.median else f"median {number(measure.median)}"
    return f"median {number(measure.median)}, nine in ten from {number(measure.low)} to {number(measure.high)}"
