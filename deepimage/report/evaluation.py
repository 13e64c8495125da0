"""What an evaluation tells: tables as Markdown, and one self-contained page with plots and 1:1 crops."""

from collections.abc import Mapping
from itertools import islice

from deepimage.metrics.catalog import METRICS
from deepimage.report import figures
from deepimage.report.document import document
from deepimage.report.evaluation_charts import heading, severity, speed
from deepimage.report.evaluation_crops import exhibit
from deepimage.report.evaluation_rows import ORIGINAL, Outcome
from deepimage.report.evaluation_tables import Sheet, ahead, details, overview, to_html, to_markdown
from deepimage.report.markup import Markup, filename, join, section, tag

_TROUBLES = 100
_HOW_TO_LOOK = (
    "Every frame shows the same part of the picture by another system, one result pixel to one of the screen. Drag in "
    "any frame, or use the arrow keys, and all move; 2× and 4× enlarge all; the cross marks the same spot everywhere. "
    "The pictures at which {focus} falls furthest below its mean by {metric} come first."
)
_BLIND = (
    "Without originals no figure settles which is best: NIQE tells what is out of the ordinary, PIQE takes some blur "
    "for clean, and consistency rewards whatever keeps the dirt. Look at the pictures below."
)


def markdown(outcome: Outcome) -> str:
    """The overview and all tables, for a README; a line for every picture that could not be judged."""
    parts = [to_markdown(sheet) for sheet in (*_overviews(outcome), ahead(outcome), *details(outcome))]
    for cell, number in outcome.troubles():
        where, reason = f"{cell['set']}/{figures.shown(cell['input'])}", join([_reason(cell["error"])])
        parts.append(f"- not judged: `{where.replace('`', '')}` ({figures.count(number, 'cell')}): {reason}\n")
    return "\n".join(parts)


def page(outcome: Outcome, settings: Mapping[str, str], exhibits: int) -> str:
    """The page; `settings` are told at its end, `exhibits` is how many pictures are shown."""
    body = (
        _header(outcome),
        section("Overview", *map(to_html, (*_overviews(outcome), ahead(outcome))), _caution(outcome)),
        speed(outcome),
        severity(outcome),
        _crops(outcome, exhibits),
        section("All figures", *map(to_html, details(outcome))),
        _troubles(outcome),
        section("How it was measured", _metrics(outcome), _settings(settings)),
    )
    return document("Evaluation · deepimage", join(body), ["page.css", "evaluation.css"], "evaluation.js")


def _header(outcome: Outcome) -> Markup:
    systems = figures.count(len(outcome.contestants), "system")
    pictures = figures.count(outcome.pictures, "picture")
    degradations = [name for name in outcome.degradations if name != "given"]
    dirty = f" under {figures.count(len(degradations), 'degradation')}" if degradations else ""
    done = sum(cell["status"] == "done" for cell in outcome.cells)
    seconds = sum(cell["seconds"] or 0 for cell in outcome.cells)
    lead = (
        f"{figures.count(done)} of {figures.count(len(outcome.cells), 'cell')} filled; "
        f"restoring took {figures.duration(seconds)}."
    )
    return tag("header", tag("p.brand", "deepimage"), tag("h1", f"{systems}, {pictures}{dirty}."), tag("p.lead", lead))


def _crops(outcome: Outcome, number: int) -> Markup:
    shown = [exhibit(cells, outcome) for cells in outcome.exhibits(number) if any(cell["exhibit"] for cell in cells)]
    if not shown:
        return Markup()
    text = _HOW_TO_LOOK.format(focus=outcome.focus, metric=METRICS[outcome.headline].label)
    return section("Side by side", tag("p.quiet", text), *shown)


def _troubles(outcome: Outcome) -> Markup:
    rows = list(islice(outcome.troubles(), _TROUBLES + 1))
    if not rows:
        return Markup()
    items = [
        tag("li", filename(f"{cell['set']}/{cell['input']}"), tag("span.quiet", f"{_reason(cell['error'])} ({number})"))
        for cell, number in rows[:_TROUBLES]
    ]
    more = [tag("li.quiet", "and more: see cells.parquet")] if len(rows) > _TROUBLES else []
    return section("Not judged", tag("ul.names", *items, *more))


def _metrics(outcome: Outcome) -> Markup:
    speed = "MP/s: output megapixels over seconds of restoring alone, on the machine that did it and as busy as it was"
    return tag("ul", *(tag("li", _about(name)) for name in outcome.metrics), tag("li", speed))


def _settings(settings: Mapping[str, str]) -> Markup:
    return tag(
        "dl", *(tag("div", tag("dt", key), tag("dd", figures.shown(text, 300))) for key, text in settings.items())
    )


def _overviews(outcome: Outcome) -> list[Sheet]:
    """The headline metric, and PSNR beside it: the one says how a result looks, the other how true it is."""
    return [overview(outcome, name) for name in dict.fromkeys((outcome.headline, "psnr_y")) if name in outcome.metrics]


def _caution(outcome: Outcome) -> Markup:
    """What figures without an original are worth."""
    return Markup() if ORIGINAL in outcome.systems else tag("p.quiet", _BLIND)


def _about(metric: str) -> str:
    """What a metric means, in a sentence."""
    return f"{heading(metric)}: {METRICS[metric].about}"


def _reason(error: str | None) -> str:
    return figures.shown(error or "not reached", 200)
