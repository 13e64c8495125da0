"""A profile in a dozen lines: for the terminal, the head of profile.yaml, and the page."""

from deepimage.report import figures
from deepimage.study.measures import Measure
from deepimage.study.profile import Profile

_WORDS = 4  # of a tally
_NOISY = 4.0  # 8-bit steps; below, noise and texture look alike
_OVERSHARP = 0.15  # median halo; ordinary photos have about 0.09


def lines(profile: Profile) -> list[str]:
    """The findings as plain text, one to a line."""
    return [f"{label:<12} {text}" for label, text in findings(profile)]


def findings(profile: Profile) -> list[tuple[str, str]]:
    """Label and sentence of whatever was found."""
    told = [
        ("pictures", _pictures(profile)),
        ("refused", ", ".join(f"{code} {figures.count(kind.count)}" for code, kind in profile.refused.items())),
        ("files", _words(profile, "format")),
        ("long side", _range(profile.measures["long_side"], "pixels")),
        ("JPEG", _jpeg(profile)),
        ("before it", _earlier(profile)),
        ("WebP", _range(profile.measures["webp_quality"], "", "quality ")),
        ("noise", _noise(profile)),
        ("sharpness", _sharpness(profile)),
        ("enlarged", _enlarged(profile)),
        ("light", _light(profile)),
        ("marks", _words(profile, "marks")),
        ("metadata", _words(profile, "metadata")),
        ("software", _words(profile, "software")),
    ]
    return [(label, text) for label, text in told if text]


def percent(part: int, whole: int) -> str:
    """'12 %'; what is there at all is never 0 %."""
    share = 100 * part / whole if whole else 0
    return "below 1 %" if 0 < share < 1 else f"{share:.0f} %"


def number(value: float) -> str:
    """As many digits as can be meant: '1,080', '70', '1.8', '0.62', '0.0012'."""
    if value == round(value) or abs(value) >= 10:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2g}"


def _pictures(profile: Profile) -> str:
    studied = f"{figures.count(profile.pictures)} studied"
    if profile.sampled == profile.listed:
        return f"{studied} of {figures.count(profile.listed, 'file')}"
    return f"{studied} of {figures.count(profile.sampled)} drawn from {figures.count(profile.listed, 'file')}"


def _words(profile: Profile, name: str) -> str:
    told = list(profile.shares[name].items())[:_WORDS]
    return ", ".join(f"{figures.shown(word, 60)} {percent(count, profile.pictures)}" for word, count in told)


def _range(measure: Measure, unit: str, before: str = "") -> str:
    """'600 to 1,080 pixels, median 800'; empty where nothing was measured."""
    if measure.low is None or measure.median is None or measure.high is None:
        return ""
    if measure.low == measure.high:
        return f"{before}{number(measure.median)} {unit}".rstrip()
    text = f"{before}{number(measure.low)} to {number(measure.high)} {unit}".rstrip()
    return f"{text}, median {number(measure.median)}"


def _jpeg(profile: Profile) -> str:
    quality = _range(profile.measures["jpeg_quality"], "", "quality ")
    if not quality:
        return ""
    parts = [quality, _words(profile, "chroma"), f"tables {_words(profile, 'jpeg_tables')}"]
    if found := profile.shares["jpeg_from"].get("its pixels"):
        parts.append(f"{percent(found, profile.pictures)} by their pixels alone")
    return "; ".join(filter(None, parts))


def _earlier(profile: Profile) -> str:
    measure = profile.measures["earlier_quality"]
    if measure.median is None:
        return "no earlier, weaker JPEG shows"
    share = percent(sum(measure.counts), profile.pictures)
    return f"{share} hide an earlier, weaker JPEG on another grid: {_range(measure, '', 'quality ')}"


def _noise(profile: Profile) -> str:
    measure = profile.measures["noise_luma"]
    noisy = percent(_above(measure, _NOISY), profile.pictures)
    text = _range(measure, "8-bit steps of luma")
    return f"{text}; {noisy} have {_NOISY:g} or more" if text else ""


def _sharpness(profile: Profile) -> str:
    text = _range(profile.measures["blur"], "pixels", "blur ")
    halo = profile.measures["halo"].median
    return f"{text}; most are oversharpened" if text and halo is not None and halo > _OVERSHARP else text


def _enlarged(profile: Profile) -> str:
    measure = profile.measures["enlarged"]
    if not (known := sum(measure.counts)):
        return ""
    found = known - measure.counts[0]
    detail = _range(profile.measures["resolution"], "of the sides", "effective resolution ")
    return f"{percent(found, known)} look enlarged before; {detail}" if found else "none looks enlarged before"


def _light(profile: Profile) -> str:
    dark, bright = (profile.measures[name].median or 0 for name in ("clipped_dark", "clipped_bright"))
    text = _range(profile.measures["middle"], "", "median level ")
    return f"{text}; clipped {100 * dark:.1f} % dark, {100 * bright:.1f} % bright"


def _above(measure: Measure, value: float) -> int:
    """Pictures in the bins from `value`, an edge, on."""
    return sum(count for edge, count in zip(measure.edges[:-1], measure.counts, strict=True) if edge >= value)
