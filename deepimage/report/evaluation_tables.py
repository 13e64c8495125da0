"""Tables of an evaluation, the best in bold: as Markdown for a README, as HTML for the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deepimage.metrics.catalog import METRICS
from deepimage.report.evaluation_rows import Group, Outcome, Score
from deepimage.report.markup import Markup, tag


@dataclass(frozen=True)
class Figure:
    """One cell of a table."""

    text: str
    best: bool = False


@dataclass(frozen=True)
class Sheet:
    """One table: a title, the heads of its columns, and a row of figures for every system."""

    title: str
    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Figure]]]


def overview(outcome: Outcome, name: str) -> Sheet:
    """One metric alone, a column for every group."""
    heads = [_short(group, outcome) for group in outcome.groups]
    systems = outcome.contestants if METRICS[name].needs_hr else outcome.systems
    rows = [(system, [_figure(outcome, group, system, name) for group in outcome.groups]) for system in systems]
    return Sheet(_head(name), heads, rows)


def ahead(outcome: Outcome) -> Sheet:
    """In what share of the cells the focus is better than each other system, metric by metric."""
    metrics = [name for name in outcome.metrics if METRICS[name].needs_hr]
    others = [name for name in outcome.contestants if name != outcome.focus]
    rows = [(other, [Figure(_share(*outcome.ahead(other, name))) for name in metrics]) for other in others]
    return Sheet(f"{outcome.focus} is better, share of pictures", [METRICS[name].label for name in metrics], rows)


def _share(better: int, of: int) -> str:
    return f"{better / of:.0%}" if of else "–"


def details(outcome: Outcome) -> Iterator[Sheet]:
    """Every metric, a table for every group."""
    heads = [_head(name) for name in outcome.metrics] + ["MP/s"]
    for group in outcome.groups:
        scores = {name: outcome.scores.get((group, name)) for name in outcome.systems}
        most = max((score.pictures for score in scores.values() if score), default=0)
        rows = [
            (
                _counted(name, score, most),
                [*(_figure(outcome, group, name, metric) for metric in outcome.metrics), Figure(_speed(score))],
            )
            for name, score in scores.items()
        ]
        yield Sheet(f"{title(group)}: {most} pictures", heads, rows)


def title(group: Group) -> str:
    """The group by name."""
    return f"{group.set}, {group.degradation}"


def to_markdown(sheet: Sheet) -> str:
    """A GitHub table under its title in bold."""
    lines = [f"**{_escaped(sheet.title)}**", ""]
    lines += [_line(["", *sheet.heads]), _line(["---"] + ["--:"] * len(sheet.heads))]
    for name, figures in sheet.rows:
        lines.append(_line([name, *(f"**{figure.text}**" if figure.best else figure.text for figure in figures)]))
    return "\n".join(lines) + "\n"


def to_html(sheet: Sheet) -> Markup:
    """A table whose first column stays while it is scrolled."""
    head = [tag("th", text, attributes={"scope": "col"}) for text in sheet.heads]
    rows = [
        tag("tr", tag("th", name, attributes={"scope": "row"}), *(_cell(figure) for figure in figures))
        for name, figures in sheet.rows
    ]
    table = tag(
        "table.scores", tag("caption", sheet.title), tag("thead", tag("tr", tag("td"), *head)), tag("tbody", *rows)
    )
    return tag("div.wide", table)


def _cell(figure: Figure) -> Markup:
    return tag("td", tag("strong", figure.text) if figure.best else figure.text)


def _figure(outcome: Outcome, group: Group, system: str, metric: str) -> Figure:
    score = outcome.scores.get((group, system))
    text = METRICS[metric].text(score.means.get(metric) if score else None)
    return Figure(text, best=system in outcome.contestants and text == outcome.best(group, metric))


def _head(name: str) -> str:
    metric = METRICS[name]
    return f"{metric.label} {metric.direction}"


def _short(group: Group, outcome: Outcome) -> str:
    """Without the part that all groups share."""
    if len({other.set for other in outcome.groups}) == 1:
        return group.degradation
    return group.set if len(outcome.degradations) == 1 else f"{group.set} {group.degradation}"


def _counted(name: str, score: Score | None, most: int) -> str:
    """A system that did not finish every picture says so: its means are of other pictures."""
    finished = score.pictures if score else 0
    return name if finished == most else f"{name} ({finished} of {most})"


def _speed(score: Score | None) -> str:
    return "–" if score is None or score.speed is None else f"{score.speed:.3g}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(_escaped, cells)) + " |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
