"""profile.html: a profile for people. One self-contained page: plots, a few of the pictures, what to do next."""

from collections.abc import Sequence

from deepimage.report import figures
from deepimage.report.advice import remedy
from deepimage.report.document import document
from deepimage.report.gallery import Pictures
from deepimage.report.markup import Markup, join, section, tag
from deepimage.report.study_gallery import Studied, gallery
from deepimage.report.study_plots import Caption, histogram, tally
from deepimage.report.study_summary import findings
from deepimage.study.profile import Profile

_TALLIES = {
    "format": "Format",
    "chroma": "Chroma sampling",
    "jpeg_tables": "Quantisation tables; a hash where they are the encoder's own",
    "jpeg_from": "Where the last JPEG pass is known from",
    "jpeg_grid": "Where its 8 × 8 blocks begin (x, y)",
    "passes": "Earlier JPEG passes",
    "marks": "Marks of platforms and programs",
    "metadata": "EXIF, XMP, IPTC",
    "software": "Written by",
}
_NONE = "have none"
_MEASURES = {
    "Compression": {
        "jpeg_quality": Caption("JPEG quality", "Of the last pass, on the scale of the Independent JPEG Group.", _NONE),
        "earlier_quality": Caption(
            "Quality of an earlier JPEG",
            "A weaker pass on another grid, under the last one. The hardest to undo, where it is not known.",
            _NONE,
        ),
        "webp_quality": Caption("WebP quality", "As libwebp counts it, read from the file's quantisers.", _NONE),
    },
    "Sharpness": {
        "blur": Caption(
            "Blur", "Of the sharpest edges, as a Gaussian's standard deviation in pixels. Sharp is 0.4 to 0.6."
        ),
        "resolution": Caption(
            "Effective resolution",
            "At this share of its sides a picture would hold the same detail. 0.5: a quarter of the pixels would do.",
        ),
        "enlarged": Caption("Enlarged before, by", "1 = not. Right to a fifth up to 2.5, too low above."),
        "halo": Caption(
            "Halos",
            "Overshoot at strong edges. The median of many tells: ordinary pictures have 0.09, sharpened ones 0.2.",
        ),
    },
    "Noise": {
        "noise_luma": Caption("Noise of luma", "Standard deviation in 8-bit steps. Below 4 it may be texture."),
        "noise_chroma": Caption("Noise of chroma", "The same of Cb and Cr."),
        "shot": Caption("Shot noise", "a of the variance a x + b in linear light x, where there is noise to measure."),
        "read": Caption("Read noise", "b of the same."),
    },
    "Light and size": {
        "middle": Caption("Median level", "Of luma, 0 to 255."),
        "black": Caption("Dark end", "The level below which 1 % of the pixels are."),
        "white": Caption("Bright end", "The level above which 1 % of the pixels are."),
        "clipped_bright": Caption("Pure white", "Share of pixels that are 255 in all channels."),
        "clipped_dark": Caption("Pure black", "Share of pixels that are 0 in all channels."),
        "long_side": Caption("Long side", "Pixels."),
    },
}
_HOW = "Extreme pictures are shown at their own pixels, where they have most detail."


def page(profile: Profile, studied: Sequence[Studied], pictures: Pictures, path: str) -> str:
    """The page; `path` is where profile.yaml is, for the commands that it proposes."""
    body = (
        _header(profile),
        section("In short", tag("dl.short", *(_finding(*finding) for finding in findings(profile)))),
        *(_measures(title, profile) for title in _MEASURES),
        section("Files", tag("div.tallies", *_tallies(profile))),
        _gallery(studied, pictures),
        _refused(profile),
        _training(profile, path),
    )
    return document(
        f"{figures.count(profile.pictures, 'picture')} studied · deepimage", join(body), ["page.css", "study.css"]
    )


def _header(profile: Profile) -> Markup:
    lead = f"{figures.shown(profile.source, 200)}, {profile.date[:10]}"
    title = f"{figures.count(profile.pictures, 'picture')} studied."
    return tag("header", tag("p.brand", "deepimage"), tag("h1", title), tag("p.lead", tag("bdi", lead)))


def _finding(label: str, text: str) -> Markup:
    return tag("div", tag("dt", label), tag("dd", text))


def _measures(title: str, profile: Profile) -> Markup:
    captions = _MEASURES[title]
    plots = [histogram(captions[name], profile.measures[name], profile.pictures) for name in captions]
    return section(title, tag("div.plots", *plots)) if any(plots) else Markup()


def _tallies(profile: Profile) -> list[Markup]:
    return [tally(title, profile.shares[name], profile.pictures) for name, title in _TALLIES.items()]


def _gallery(studied: Sequence[Studied], pictures: Pictures) -> Markup:
    common, ends = gallery(studied, pictures)
    parts = [
        part
        for title, shown in (("Like most", common), ("At the ends", ends))
        if shown
        for part in (tag("h3", title), tag("div.pictures", *shown))
    ]
    return section("Some of the pictures", tag("p.quiet", _HOW), *parts) if parts else Markup()


def _refused(profile: Profile) -> Markup:
    if not profile.refused:
        return Markup()
    return section("Not studied", *(_code(code, kind.count, kind.examples) for code, kind in profile.refused.items()))


def _code(code: str, number: int, examples: Sequence[str]) -> Markup:
    meaning, help_ = remedy(code)
    heading = tag("summary", tag("strong", figures.count(number)), " ", tag("code", figures.shown(code)), " ", meaning)
    names = [tag("li", tag("bdi", figures.shown(line, 300))) for line in examples]
    rest = [tag("li.quiet", f"and {figures.count(number - len(examples))} more")] if number > len(examples) else []
    return tag("details", heading, tag("p", help_), tag("ul", *names, *rest))


def _training(profile: Profile, path: str) -> Markup:
    branches = profile.degradation.branches
    kinds = ", ".join(f"{name} {100 * branch.weight:.0f} %" for name, branch in branches.items())
    text = (
        f"The profile holds a recipe that does the same to clean photos: {kinds}. Training with it makes a generator "
        "for these pictures."
    )
    command = f"deepimage train --from fast-x4 --profile {path}"
    return section("What to do next", tag("p", text), tag("pre", command))
