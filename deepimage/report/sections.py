"""The parts of the page that need only the summary: headline, next steps, speed, recipe."""

from collections.abc import Mapping

from deepimage.report import advice, figures
from deepimage.report.markup import Markup, link, section, tag
from deepimage.report.rows import STATUSES, STEPS
from deepimage.report.summary import Summary

_MEANINGS = {
    "done": "restored",
    "aliased": "copies that share a result",
    "skipped": "left alone, as the recipe says",
    "quarantined": "cannot be restored",
    "failed": "to be tried again",
}


def title(summary: Summary) -> str:
    """The run in one phrase."""
    restored, images = summary.statuses["done"] + summary.statuses["aliased"], summary.images
    if restored == images:
        return f"{figures.count(images, 'picture')} restored"
    return f"{figures.count(restored)} of {figures.count(images, 'picture')} restored"


def headline(summary: Summary) -> Markup:
    """The phrase, the megapixels, and one bar of all statuses with its legend."""
    present = {status: summary.statuses[status] for status in STATUSES if summary.statuses[status]}
    legend = [
        tag(f"li.{status}", tag("strong", figures.count(number)), f" {status} ", tag("span.quiet", _MEANINGS[status]))
        for status, number in present.items()
    ]
    before, after = figures.megapixels(summary.megapixels_in), figures.megapixels(summary.megapixels_out)
    written = figures.size(summary.output_bytes)
    return tag(
        "header",
        tag("p.brand", "deepimage"),
        tag("h1", f"{title(summary)}."),
        tag(
            "p.lead",
            f"{before} megapixels became {after} ({written}). This run took {figures.duration(summary.seconds_wall)}.",
        ),
        _stacked(present),
        tag("ul.legend", *legend),
    )


def next_steps(summary: Summary, output: str) -> Markup:
    """What to do, most urgent first."""
    return section("What to do next", tag("ol", *map(_advice, advice.next_steps(summary, output))))


def speed(summary: Summary) -> Markup:
    """Megapixels a second, and where the time went."""
    sentence = tag("p", f"{figures.megapixels(summary.megapixels_per_second)} output megapixels a second.")
    if not any(summary.seconds.values()):
        return section("Speed", sentence)
    caption = tag("caption", "Time by step, summed over all workers")
    return section("Speed", sentence, tag("table", caption, *(_step(summary, step) for step in STEPS)))


def recipe(summary: Summary, facts: Mapping[str, str]) -> Markup:
    """What was asked for, and by which names the results are known."""
    named = {"model": summary.model, "recipe digest": summary.recipe_digest, "run": summary.run_id}
    pairs = {**facts, **{key: value or "none" for key, value in named.items()}}
    items = [tag("div", tag("dt", key), tag("dd", figures.shown(value, 200))) for key, value in pairs.items()]
    return section("Recipe", tag("dl", *items))


def _advice(step: advice.Step) -> Markup:
    see = [" ", link(step.see)] if step.see else []
    return tag("li", step.text, *see, tag("pre", step.command) if step.command else "")


def _step(summary: Summary, step: str) -> Markup:
    seconds, total, most = summary.seconds[step], sum(summary.seconds.values()), max(summary.seconds.values())
    return tag(
        "tr",
        tag("th", step, attributes={"scope": "row"}),
        tag("td.figure", figures.duration(seconds)),
        tag("td.figure", f"{100 * seconds / total:.0f} %"),
        tag("td.chart", _bar(100, _rect("done", 0, 100 * seconds / most))),
    )


def _stacked(parts: Mapping[str, int]) -> Markup:
    """One bar of all parts. What is there at all stays visible: no part is thinner than half a percent."""
    x, rects = 0.0, []
    for kind, part in parts.items():
        width = max(1000 * part / sum(parts.values()), 5)
        rects.append(_rect(kind, x, width))
        x += width
    return _bar(max(x, 1), *rects)


def _bar(width: float, *rects: Markup) -> Markup:
    box = {"viewBox": f"0 0 {width:.1f} 10", "preserveAspectRatio": "none", "aria-hidden": "true"}
    return tag("svg.bar", *rects, attributes=box)


def _rect(kind: str, x: float, width: float) -> Markup:
    return tag(f"rect.{kind}", attributes={"x": f"{x:.1f}", "width": f"{width:.1f}", "height": 10})
