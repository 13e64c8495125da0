"""What an evaluation draws: quality against speed, and against the severity of the damage."""

import math

from deepimage.metrics.catalog import METRICS
from deepimage.report.evaluation_plots import Series, lines, scatter
from deepimage.report.evaluation_rows import Group, Outcome
from deepimage.report.markup import Markup, section, tag

_PLOTS = 4
_PLOTTED = ("psnr_y", "lpips", "dss", "niqe", "consistency", "piqe")  # the first that were measured get plots
_UP = tag(
    "p.quiet",
    "Up is better, except for a metric with ≈, which is best at that figure. Grey interpolates, amber was published, "
    "green is our own. Point at a system to find it everywhere.",
)


def speed(outcome: Outcome) -> Markup:
    """Means over all groups against speed over all groups."""
    plots = []
    for name in _plotted(outcome):
        series = [
            Series(system, outcome.kinds[system], [point])
            for system in outcome.contestants
            if (point := _speed_point(outcome, system, name))
        ]
        if series:
            plots.append(scatter(heading(name), "output megapixels a second", _marked(series, outcome), _down(name)))
    return section("Quality against speed", _UP, tag("div.plots", *plots)) if plots else Markup()


def _speed_point(outcome: Outcome, system: str, metric: str) -> tuple[float, float] | None:
    scores = [outcome.scores[group, system] for group in outcome.groups if (group, system) in outcome.scores]
    values = [score.means[metric] for score in scores if metric in score.means]
    speeds = [score.speed for score in scores if score.speed]
    return (sum(speeds) / len(speeds), sum(values) / len(values)) if values and speeds else None


def severity(outcome: Outcome) -> Markup:
    """One plot for every set and metric; only where there is more than one degradation."""
    if len(outcome.degradations) < 2:
        return Markup()
    plots = []
    for name in dict.fromkeys(group.set for group in outcome.groups):
        for metric in _plotted(outcome):
            series = [
                Series(system, outcome.kinds[system], points)
                for system in outcome.contestants
                if (points := _severity_points(outcome, system, name, metric))
            ]
            if series:
                title = f"{heading(metric)}, {name}"
                plots.append(lines(title, outcome.degradations, _marked(series, outcome), _down(metric)))
    return section("Quality against severity", _UP, tag("div.plots", *plots))


def _severity_points(outcome: Outcome, system: str, name: str, metric: str) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for place, degradation in enumerate(outcome.degradations):
        score = outcome.scores.get((Group(name, degradation), system))
        if score and metric in score.means:
            points.append((place, score.means[metric]))
    return points


def _marked(series: list[Series], outcome: Outcome) -> list[Series]:
    """The system in focus stands out, and lies above the others."""
    in_focus = [Series(s.name, f"{s.kind} focus", s.points) for s in series if s.name == outcome.focus]
    return [s for s in series if s.name != outcome.focus] + in_focus


def _plotted(outcome: Outcome) -> list[str]:
    return [name for name in _PLOTTED if name in outcome.metrics][:_PLOTS]


def heading(metric: str) -> str:
    """A metric with its direction and unit."""
    unit = f", {METRICS[metric].unit}" if METRICS[metric].unit else ""
    return f"{METRICS[metric].label} {METRICS[metric].direction}{unit}"


def _down(metric: str) -> bool:
    """Plots are turned so that better is up."""
    return METRICS[metric].best == -math.inf
