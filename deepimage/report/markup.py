"""HTML that is safe by construction: whatever is not already `Markup` is escaped, names of files included."""

from collections.abc import Iterable, Mapping
from html import escape

from deepimage.report.figures import shown

_VOID = {"img", "input"}


class Markup(str):
    """Text that is HTML already. Joined with plain text by + or format it is plain text again, and gets escaped."""


def tag(selector: str, *children: str, attributes: Mapping[str, object] | None = None) -> Markup:
    """An element, named as in CSS: 'p', or 'p.quiet' with a class. Children and attribute values are escaped."""
    name, _, kind = selector.partition(".")
    pairs = {**({"class": kind} if kind else {}), **(attributes or {})}
    opening = name + "".join(f' {key}="{escape(str(value))}"' for key, value in pairs.items())
    return Markup(f"<{opening}>" if name in _VOID else f"<{opening}>{join(children)}</{name}>")


def join(children: Iterable[str]) -> Markup:
    """Children one after the other."""
    return Markup("".join(child if isinstance(child, Markup) else escape(child) for child in children))


def filename(text: str) -> Markup:
    """A file's name: harmless, and isolated so that its writing direction turns nothing else around."""
    return tag("bdi.name", shown(text))


def section(title: str, *children: str) -> Markup:
    """A part of the page under its own heading, by which it is linked and announced."""
    heading = tag("h2", title, attributes={"id": _anchor(title)})
    return tag("section", heading, *children, attributes={"aria-labelledby": _anchor(title)})


def link(title: str) -> Markup:
    """A link to the section of that title."""
    return tag("a", title, attributes={"href": f"#{_anchor(title)}"})


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")
