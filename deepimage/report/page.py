"""report.html: one self-contained page that says what happened, what to do next, and shows before and after.

It asks for nothing from outside: styles and script are in the file and named by hash in its content policy,
pictures are data URIs, and every name is text (see `markup`).
"""

from collections.abc import Mapping

from deepimage.report import exhibits, sections
from deepimage.report.document import document
from deepimage.report.gallery import Pictures
from deepimage.report.markup import join
from deepimage.report.rows import Manifest
from deepimage.report.selection import select
from deepimage.report.summary import Summary


def report(
    manifest: Manifest, summary: Summary, recipe: Mapping[str, str], output: str, pictures: Pictures, seed: int = 0
) -> str:
    """The page, below 4 MB however long the manifest; the same rows and seed give the same page.

    `recipe`: what to tell of it, by key; `output`: where OUTPUT is, for the commands that the page proposes.
    """
    selection = select(manifest, seed)
    body = (
        sections.headline(summary),
        sections.next_steps(summary, output),
        exhibits.errors(summary, selection),
        exhibits.gallery(selection, pictures),
        exhibits.copies(summary, selection, pictures),
        sections.speed(summary),
        sections.recipe(summary, recipe),
    )
    return document(f"{sections.title(summary)} · deepimage", join(body), ["page.css"], "page.js")
