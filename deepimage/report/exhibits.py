"""The parts of the page that show rows and pictures: before and after, errors, copies."""

import base64

from deepimage.report import figures
from deepimage.report.advice import remedy
from deepimage.report.gallery import Pictures, Shot, shots, thumbnail
from deepimage.report.markup import Markup, filename, section, tag
from deepimage.report.rows import TROUBLED, Row
from deepimage.report.selection import Group, Selection
from deepimage.report.summary import Summary

_EXPLANATION = (
    "Each frame shows the most detailed spot of a result at its own pixels. Left of the line is the input, enlarged "
    "the ordinary way (Lanczos); right of it the result. Drag the line, or focus it and use the arrow keys. "
    "Consistency, in decibels, compares the result, shrunk again, with the input: the higher, the closer."
)
_LISTING = (
    'python -c "import pyarrow.parquet as pq; '
    "print(*pq.read_table('manifest', filters=[('{}', '=', '{}')])['input'], sep='\\n')\""
)


def gallery(selection: Selection, pictures: Pictures) -> Markup:
    """Before/after sliders: the least consistent results, then a sample."""
    parts: list[Markup] = []
    for title, rows in (("Least consistent first", selection.worst), ("Drawn by chance", selection.sample)):
        if found := [_figure(shot) for shot in shots(rows, pictures)]:
            parts += [tag("h3", title), tag("div.grid", *found)]
    return section("Before and after", tag("p.quiet", _EXPLANATION), *parts) if parts else Markup()


def errors(summary: Summary, selection: Selection) -> Markup:
    """Every error code with its meaning, what helps, and examples."""
    if not summary.errors:
        return Markup()
    known = [(code, number) for code, number in summary.errors.items() if code in selection.errors]
    return section("Not restored", *(_error(code, number, selection.errors[code]) for code, number in known))


def copies(summary: Summary, selection: Selection, pictures: Pictures) -> Markup:
    """Groups of identical and of nearly equal pictures."""
    parts: list[Markup] = []
    if selection.exact:
        parts.append(tag("h3", f"The same file again: {figures.count(summary.exact_duplicates)}"))
        parts += [_same(group, selection, pictures) for group in selection.exact]
    if selection.near:
        parts.append(tag("h3", f"Nearly the same picture: {figures.count(summary.near_duplicates)}"))
        parts += [_similar(group, selection, pictures) for group in selection.near]
    return section("Copies", *parts) if parts else Markup()


def _figure(shot: Shot) -> Markup:
    name, decibels = figures.shown(shot.row["input"]), shot.row["consistency_db"]
    slider = {"type": "range", "min": 0, "max": 100, "value": 50, "aria-label": f"Part before, {name}"}
    hidden = {"aria-hidden": "true"}
    wipe = tag(
        "div.wipe",
        _crop("img", shot, shot.after, f"{name}, result"),
        _crop("img.before", shot, shot.before, f"{name}, input enlarged"),
        tag("input", attributes=slider),
        tag("span.label left", "before", attributes=hidden),
        tag("span.label right", "after", attributes=hidden),
        tag("span.line", attributes=hidden),
    )
    sizes = "{width} × {height} → {output_width} × {output_height}".format_map(shot.row)
    facts = sizes if decibels is None else f"{sizes} · {decibels:.1f} dB"
    return tag("figure", wipe, tag("figcaption", filename(shot.row["input"]), tag("span.quiet", facts)))


def _crop(selector: str, shot: Shot, jpeg: bytes, text: str) -> Markup:
    size = {"width": shot.width, "height": shot.height, "decoding": "async", "draggable": "false"}
    return tag(selector, attributes={"src": _uri(jpeg), "alt": text, **size})


def _uri(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()


def _error(code: str, number: int, examples: list[Row]) -> Markup:
    meaning, help_ = remedy(code)
    items = [tag("li", filename(row["input"]), tag("span.quiet", _reason(row))) for row in examples]
    heading = tag("summary", tag("strong", figures.count(number)), " ", tag("code", figures.shown(code)), " ", meaning)
    return tag("details", heading, tag("p", help_), tag("ul.names", *items), *_rest(code, number, len(examples)))


def _reason(row: Row) -> str:
    """The row's message, without the name where it begins with it: that stands beside it."""
    return figures.shown((row["error"] or "").removeprefix(f"{row['input']}: "), 200)


def _rest(code: str, number: int, listed: int) -> list[Markup]:
    """How to list the names that are not on the page; a code that is no plain word gets no command."""
    if number <= listed or not code.isidentifier():
        return []
    line = _LISTING.format("status" if code in TROUBLED else "error_code", code)
    text = f"The first {listed} by name. To list all {figures.count(number)}, in the folder of this page:"
    return [tag("p.quiet", text), tag("pre", line)]


def _same(group: Group, selection: Selection, pictures: Pictures) -> Markup:
    """Identical files: one thumbnail, all names; the picture that was restored comes first."""
    names = [tag("li", filename(name)) for name in group.names]
    picture = _thumbnail(group.canonical, selection, pictures)
    return tag("div.same", picture, tag("ul", *names, *_more(group, "li.quiet")))


def _similar(group: Group, selection: Selection, pictures: Pictures) -> Markup:
    """Near copies: a thumbnail and a name each, so that an eye can judge."""
    cards = [
        tag("figure", _thumbnail(name, selection, pictures), tag("figcaption", filename(name))) for name in group.names
    ]
    return tag("div.similar", *cards, *_more(group, "p.quiet"))


def _more(group: Group, selector: str) -> list[Markup]:
    unnamed = group.size - len(group.names)
    return [tag(selector, f"and {figures.count(unnamed)} more")] if unnamed else []


def _thumbnail(name: str, selection: Selection, pictures: Pictures) -> Markup:
    """An empty frame where the picture cannot be had any more."""
    row = selection.members.get(name)
    jpeg = thumbnail(row, pictures) if row else None
    return tag("img.thumb", attributes={"src": _uri(jpeg), "alt": ""}) if jpeg else tag("span.thumb")
