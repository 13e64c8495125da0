"""index.html of a restored library: by year, with before and after, searched by its captions; works from a disk."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from deepimage.report.document import document
from deepimage.report.figures import count
from deepimage.report.markup import Markup, filename, join, section, tag

UNDATED = "Undated"
_LOCAL = "'self' file: data:"  # pictures beside the page, on a disk or on a server


@dataclass(frozen=True)
class Shown:
    """One picture of the library; all paths are relative to the page."""

    path: str
    thumbnail: str
    before: str
    """Empty where a browser cannot show it."""
    width: int
    height: int
    when: str
    """2019-07-14 18:30, or empty."""
    caption: str
    about: str
    """Its kind, its place in a carousel, how it was restored."""
    consistency_db: float | None

    @property
    def year(self) -> str:
        return self.when[:4] or UNDATED


def library_page(pictures: Sequence[Shown], left_out: Sequence[tuple[str, str]]) -> str:
    """`pictures` in their order, grouped by year; `left_out`: names of what is not there, and why."""
    body = [
        tag("p.brand", "deepimage"),
        tag("h1", count(len(pictures), "picture")),
        tag("p.lead", _years(pictures)),
        _search(),
        *_by_year(pictures),
        *_left_out(left_out),
        _viewer(),
    ]
    return document("Library · deepimage", join(body), ["page.css", "library.css"], "library.js", images=_LOCAL)


def _years(pictures: Sequence[Shown]) -> str:
    years = sorted({picture.year for picture in pictures if picture.when})
    return f"{years[0]} to {years[-1]}" if len(years) > 1 else years[0] if years else ""


def _search() -> Markup:
    attributes = {"id": "search", "type": "search", "placeholder": "Search captions and dates", "autocomplete": "off"}
    label = tag("label.search", tag("span", "Search"), tag("input", attributes=attributes))
    return join([label, tag("p.quiet", attributes={"id": "found", "role": "status"})])


def _by_year(pictures: Iterable[Shown]) -> list[Markup]:
    return [
        section(year, tag("div.shelf", *(_figure(picture) for picture in some)))
        for year, some in groupby(pictures, lambda picture: picture.year)
    ]


def _figure(picture: Shown) -> Markup:
    about = picture.about + (f", agrees to {picture.consistency_db:.1f} dB" if picture.consistency_db else "")
    image = {"src": quote(picture.thumbnail), "alt": picture.caption or picture.about, "loading": "lazy"}
    facts = {
        "data-after": quote(picture.path),
        "data-before": quote(picture.before),
        "data-about": about,
        "data-size": f"{picture.width} x {picture.height}",
    }
    button = tag("button", tag("img", attributes=image), attributes={"type": "button"} | facts)
    words = tag("span.words", picture.caption, attributes={"dir": "auto"}) if picture.caption else tag("span")
    return tag("figure", button, tag("figcaption", tag("time", picture.when), words))


def _left_out(names: Sequence[tuple[str, str]]) -> list[Markup]:
    if not names:
        return []
    items = [tag("li", filename(name), tag("span.quiet", why)) for name, why in names]
    return [section("Not restored", tag("ul.names", *items))]


def _viewer() -> Markup:
    stage = tag(
        "div.stage",
        tag("img.after", attributes={"alt": "restored"}),
        tag("img.before", attributes={"alt": "as it was"}),
        tag(
            "input",
            attributes={"type": "range", "min": 0, "max": 100, "value": 50, "aria-label": "as it was, restored"},
        ),
        tag("span.line"),
    )
    buttons = [("previous", "Previous"), ("next", "Next"), ("whole", "Whole or 1:1"), ("close", "Close")]
    bar = tag(
        "div.tools",
        tag("p.told", attributes={"dir": "auto"}),
        *(tag("button", text, attributes={"type": "button", "data-act": act}) for act, text in buttons),
    )
    return tag("dialog", stage, bar, attributes={"id": "viewer", "aria-label": "Before and after"})
