"""Plots as inline SVG: points against a logarithmic axis, lines over categories; every mark has its name beside it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deepimage.report.markup import Markup, tag

WIDTH, HEIGHT = 500, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 132, 30, 40  # margins; names stand in the right one
_LABEL = 12.5  # height of a name
_TICKS = 8


@dataclass(frozen=True)
class Series:
    """What one system contributes: its points in the order of x, and how it is drawn."""

    name: str
    kind: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Axis:
    """From values to pixels; `places` are the ticks with their texts."""

    low: float
    high: float
    start: float
    end: float
    places: Sequence[tuple[float, str]]

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def scatter(title: str, across: str, series: Sequence[Series], down: bool = False) -> Markup:
    """One point each; x is drawn by its logarithm. `down`: y grows downwards."""
    moved = [Series(s.name, s.kind, [(math.log10(x), y) for x, y in s.points]) for s in series]
    x = _decades([point[0] for s in moved for point in s.points])
    y = _linear([point[1] for s in moved for point in s.points], down)
    marks = [_group(s, [_dot(x(px), y(py)) for px, py in s.points]) for s in moved]
    spots = [(s, x(s.points[-1][0]), y(s.points[-1][1])) for s in moved]
    return _frame(title, across, x, y, [*marks, *_names(spots)])


def lines(title: str, categories: Sequence[str], series: Sequence[Series], down: bool = False) -> Markup:
    """One line each; x of a point is the number of its category. `down`: y grows downwards."""
    x = Axis(0, max(len(categories) - 1, 1), _LEFT + 14, WIDTH - _RIGHT, list(enumerate(categories)))
    y = _linear([point[1] for s in series for point in s.points], down)
    marks = [_group(s, [_path([(x(px), y(py)) for px, py in s.points])]) for s in series]
    spots = [(s, x(s.points[-1][0]), y(s.points[-1][1])) for s in series]
    return _frame(title, "", x, y, [*marks, *_names(spots)])


def _frame(title: str, across: str, x: Axis, y: Axis, marks: Iterable[Markup]) -> Markup:
    grid = [_text("quiet middle", x(place), HEIGHT - _BOTTOM + 18, text) for place, text in x.places]
    for place, text in y.places:
        grid.append(_line(_LEFT, y(place), WIDTH - _RIGHT, y(place)))
        grid.append(_text("quiet end", _LEFT - 8, y(place) + 4, text))
    heads = [_text("head", 0, 14, title), _text("quiet middle", (_LEFT + WIDTH - _RIGHT) / 2, HEIGHT - 4, across)]
    size = {"viewBox": f"0 0 {WIDTH} {HEIGHT}", "role": "img", "aria-label": title}
    return tag("svg.plot", *grid, *heads, *marks, attributes=size)


def _names(spots: Sequence[tuple[Series, float, float]]) -> list[Markup]:
    """Names in the right margin at the height of their marks, pushed apart, each with a leader to its mark."""
    ordered = sorted(spots, key=lambda spot: spot[2])
    heights = _apart([height for _, _, height in ordered])
    left = WIDTH - _RIGHT + 22
    return [
        _group(
            series,
            [
                _line(x + 4, y, left - 3, height, "leader"),
                _text("name", left, height + 4, series.name if len(series.name) < 19 else f"{series.name[:17]}…"),
            ],
        )
        for (series, x, y), height in zip(ordered, heights, strict=True)
    ]


def _apart(heights: Sequence[float]) -> list[float]:
    """Rising heights moved so that no two are nearer than a name is high: down as needed, then up from the bottom."""
    moved: list[float] = []
    for height in heights:
        moved.append(max(height, moved[-1] + _LABEL) if moved else height)
    lowest: float = HEIGHT - _BOTTOM
    for i in reversed(range(len(moved))):
        moved[i] = min(moved[i], lowest)
        lowest = moved[i] - _LABEL
    return moved


def _linear(values: Sequence[float], down: bool) -> Axis:
    low, high = min(values), max(values)
    margin = (high - low) * 0.06 or 1.0
    low, high = low - margin, high + margin
    step = _round_step((high - low) / _TICKS)
    first = math.ceil(low / step)
    decimals = max(-math.floor(math.log10(step)), 0)
    places = [(i * step, f"{i * step:.{decimals}f}") for i in range(first, math.floor(high / step) + 1)]
    start, end = (_TOP, HEIGHT - _BOTTOM) if down else (HEIGHT - _BOTTOM, _TOP)
    return Axis(low, high, start, end, places)


def _decades(logarithms: Sequence[float]) -> Axis:
    low, high = math.floor(min(logarithms)), math.ceil(max(logarithms))
    high += low == high
    return Axis(low, high, _LEFT, WIDTH - _RIGHT, [(n, f"{10.0**n:g}") for n in range(low, high + 1)])


def _round_step(step: float) -> float:
    """The next 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * factor for factor in (1, 2, 5, 10) if step <= power * factor * 1.0001)


def _group(series: Series, marks: Iterable[Markup]) -> Markup:
    title = tag("title", series.name)
    return tag(f"g.mark {series.kind}", title, *marks, attributes={"data-system": series.name})


def _dot(x: float, y: float) -> Markup:
    return tag("circle", attributes={"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": 4})


def _path(points: Sequence[tuple[float, float]]) -> Markup:
    return tag("polyline", attributes={"points": " ".join(f"{x:.1f},{y:.1f}" for x, y in points)})


def _line(x1: float, y1: float, x2: float, y2: float, kind: str = "rule") -> Markup:
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    return tag(f"line.{kind}", attributes={name: f"{value:.1f}" for name, value in ends.items()})


def _text(kind: str, x: float, y: float, text: str) -> Markup:
    return tag(f"text.{kind}", text, attributes={"x": f"{x:.1f}", "y": f"{y:.1f}"})
