"""What to do next: every error code has a meaning and a remedy, every run a next command."""

import shlex
from dataclasses import dataclass

from deepimage.report import figures
from deepimage.report.summary import Summary

REMEDIES: dict[str, tuple[str, str]] = {
    "E_EMPTY": ("The file has no bytes.", "Fetch it again from where it came from."),
    "E_NOT_IMAGE": (
        "The file is not a picture, whatever its name says.",
        "Nothing, unless a picture was expected there.",
    ),
    "E_FORMAT": ("A picture, but in a format that is not read.", "Convert it to JPEG, PNG, WebP or TIFF first."),
    "E_TRUNCATED": ("The data ends early or is damaged.", "Fetch it again; the original upload may have been cut off."),
    "E_BOMB": (
        "More pixels, bytes or side than the limits allow.",
        "If you trust it, raise limits.max_megapixels or its kin.",
    ),
    "E_FRAMES": ("An animation.", "Export the frame you want as a still picture."),
    "E_COLOR": ("Its colours cannot be brought to sRGB.", "Convert it to sRGB in an image editor."),
    "E_CRASH": ("Its decoder process died.", "Treat the file with suspicion; saving it anew often helps."),
    "E_TIMEOUT": ("Its decoder process took too long.", "If you trust it, raise limits.decode_seconds."),
    "E_ENCODE": ("The result does not fit the output format.", "Choose output.format png or tiff, or a smaller scale."),
}
"""Code -> (what it means, what helps)."""

_ELSEWISE = ("Storage or memory gave way; the pictures may be fine.", "Run the same command again: it retries them.")

_RETRY = "Run the same command again. It retries the {} that failed for reasons outside the picture, and nothing else."
_REPLACE = "See why {} could not be restored. Replace or remove them, then run the same command again."
_SHARE = "Look at the {}. To let them share one result, set near_duplicates to alias in the recipe."
_LOOK = "Look at the least consistent results first: that is where to find what went wrong."
_CHECK = "Check every result on disk against its row in the manifest."


@dataclass(frozen=True)
class Step:
    """One thing to do: a sentence, the part of the page to see, the command for it."""

    text: str
    see: str | None = None
    command: str | None = None


def remedy(code: str) -> tuple[str, str]:
    """(meaning, what helps) of an error code; an unlisted one is not the picture's fault."""
    return REMEDIES.get(code, _ELSEWISE)


def next_steps(summary: Summary, output: str) -> list[Step]:
    """What a person should do after this run, most urgent first; never empty. `output` is where OUTPUT is."""
    steps = []
    if failed := summary.statuses["failed"]:
        steps.append(Step(_RETRY.format(figures.count(failed, "picture"))))
    if quarantined := summary.statuses["quarantined"]:
        steps.append(Step(_REPLACE.format(figures.count(quarantined, "file")), see="Not restored"))
    if near := summary.near_duplicates:
        steps.append(Step(_SHARE.format(figures.count(near, "near copy", "near copies")), see="Copies"))
    if summary.statuses["done"]:
        steps.append(Step(_LOOK, see="Before and after"))
    return [*steps, Step(_CHECK, command=f"deepimage verify {shlex.quote(output)}")]
