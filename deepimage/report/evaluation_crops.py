"""The same part of one picture by every system, at its own pixels, side by side; all move and grow together."""

import base64
from collections.abc import Sequence

from deepimage.metrics.catalog import METRICS
from deepimage.report.evaluation_rows import ORIGINAL, Outcome
from deepimage.report.figures import shown
from deepimage.report.markup import Markup, filename, tag
from deepimage.report.rows import Row

_ZOOMS = (1, 2, 4)
_TOLD = 3  # metrics under a picture


def exhibit(cells: Sequence[Row], outcome: Outcome) -> Markup:
    """One picture under one degradation: a pane for every system, the original first."""
    first = cells[0]
    panes = [cell for cell in cells if cell["exhibit"]]
    panes.sort(key=lambda cell: cell["system"] != ORIGINAL)
    heading = tag("h3", filename(f"{first['set']}/{first['input']}"), tag("span.quiet", f" {first['degradation']}"))
    buttons = [
        tag("button", f"{zoom}×", attributes={"type": "button", "value": zoom, "aria-pressed": str(zoom == 1).lower()})
        for zoom in _ZOOMS
    ]
    told = _told(outcome)
    best = {name: _best(panes, name) for name in told}
    return tag(
        "article.exhibit",
        tag("div.bar-of", heading, tag("div.zooms", *buttons)),
        tag("div.panes", *(_pane(cell, told, best) for cell in panes)),
        attributes={"tabindex": 0, "aria-label": f"{shown(first['input'])}, every system"},
    )


def _pane(cell: Row, told: Sequence[str], best: dict[str, str]) -> Markup:
    text = f"{cell['input']} by {cell['system']}"
    source = "data:image/jpeg;base64," + base64.b64encode(cell["exhibit"]).decode()
    image = tag("img", attributes={"src": source, "alt": text, "decoding": "async", "draggable": "false"})
    figures: list[Markup] = []
    for name in (name for name in told if cell[name] is not None):
        value = METRICS[name].text(cell[name])
        bold = cell["system"] != ORIGINAL and value == best[name]
        figures.append(tag("span", f"{METRICS[name].label} ", tag("strong" if bold else "span", value)))
    caption = tag("figcaption", tag("b", cell["system"]), tag("span.told", *figures))
    return tag(f"figure.pane {cell['kind']}", tag("div.port", image, tag("span.cross")), caption)


def _told(outcome: Outcome) -> list[str]:
    """The headline metric and the first others."""
    return [outcome.headline, *(name for name in outcome.metrics if name != outcome.headline)][:_TOLD]


def _best(cells: Sequence[Row], metric: str) -> str:
    values = [cell[metric] for cell in cells if cell["system"] != ORIGINAL and cell[metric] is not None]
    return METRICS[metric].text(min(values, key=METRICS[metric].badness)) if values else ""
