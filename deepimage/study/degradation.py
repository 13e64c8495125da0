"""Many traits -> the recipe that makes clean photos look like these.

One branch for each kind of last file, so that what goes with it (an earlier JPEG pass, an enlargement, noise) keeps
its company. Inside a branch every number is drawn from the quantiles that were measured, with a jitter of 15 %; 30 %
of all samples come from the generic recipe, so that a generator that adapts does not forget the rest of the world.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from deepimage.image.degradation.recipe import Degradation
from deepimage.study.traits import Traits

GENERIC = "configs/degradation/generic.yaml"
SHARE = 0.3
"""Of the samples that come from the generic recipe."""
_JITTER = 0.15
_BINS = 16

_SHARP = 0.5  # blur of a sharp photo as `edges` measures it, pixels
_SOFT = 0.65  # from here on blur is a degradation
_NOISY = 4.0  # 8-bit steps; below, noise and texture look alike
_COLOURED = 0.5  # chroma noise over luma noise; independent channels have 0.96
_LUMA_OF_RGB = 0.669  # standard deviation of luma where each channel has 1
# Median halo of 45 photos after unsharp masks of radius 0.6 to 1 and these amounts.
_HALOS, _AMOUNTS = (0.09, 0.125, 0.155, 0.185, 0.215, 0.24), (0.0, 0.3, 0.6, 1.0, 1.5, 2.5)
_SHARPENED = 0.3  # amount from which the step is worth having
_CUSTOM_TABLES = 8  # of the encoder's own, the commonest

Step = dict[str, Any]


def degradation(traits: Sequence[Traits]) -> Degradation:
    """The recipe for at least one picture's traits, mixed with the generic one."""
    groups: dict[str, list[Traits]] = {}
    for one in traits:
        groups.setdefault(_kind(one), []).append(one)
    branches = {
        kind: {"weight": round(len(group) / len(traits), 4), "steps": _steps(kind, group)}
        for kind, group in sorted(groups.items())
    }
    return Degradation.model_validate({"branches": branches, "mix": {"preset": GENERIC, "share": SHARE}})


def _kind(traits: Traits) -> str:
    """The branch of a picture: its last lossy codec, and whether a JPEG pass shows before."""
    own = "lossless" if traits.lossless else traits.format
    last = "jpeg" if traits.jpeg_quality is not None else own
    return f"{last} after jpeg" if traits.earlier_quality is not None else last


def _steps(kind: str, group: Sequence[Traits]) -> list[Step]:
    """From the scene to the file, in the order in which it happens."""
    found = [*_blur(group), *_size(group), *_sharpening(group), *_earlier(group), *_noise(group), *_last(kind, group)]
    return [step for step in found if step.get("probability", 1) > 0]


def _blur(group: Sequence[Traits]) -> list[Step]:
    """Blur beyond that of a sharp photo; variances add. An enlargement is blurred by itself."""
    soft = [t.blur for t in group if t.enlarged == 1 and t.blur is not None and t.blur > _SOFT]
    sigmas = np.sqrt(np.square(np.array(soft)) - _SHARP**2)
    return _some({"step": "blur"}, "sigma", sigmas, group)


def _size(group: Sequence[Traits]) -> list[Step]:
    """Down to the size whose detail is left, and back."""
    shares = [1 / t.enlarged for t in group if t.enlarged is not None and t.enlarged > 1]
    down = _some({"step": "resize", "kernel": {"lanczos": 0.5, "bicubic": 0.3, "box": 0.2}}, "size", shares, group)
    kernels = {"bicubic": 0.5, "bilinear": 0.25, "lanczos": 0.25} if shares else {"lanczos": 0.6, "bicubic": 0.4}
    return [*down, {"step": "resize", "size": 1, "kernel": kernels}]


def _sharpening(group: Sequence[Traits]) -> list[Step]:
    halos = [t.halo for t in group if t.halo is not None]
    amount = float(np.interp(np.median(halos), _HALOS, _AMOUNTS)) if halos else 0.0
    if amount < _SHARPENED:
        return []
    amounts = [round(amount * factor, 2) for factor in (0.6, 1.4)]
    return [{"step": "sharpen", "amount": {"uniform": amounts}, "radius": {"uniform": [0.5, 1.2]}}]


def _earlier(group: Sequence[Traits]) -> list[Step]:
    qualities = [t.earlier_quality for t in group if t.earlier_quality is not None]
    return _some({"step": "jpeg", "chroma": _chroma(group)}, "quality", qualities, group)


def _noise(group: Sequence[Traits]) -> list[Step]:
    """Grain that grows with light where that could be measured, else white; of all channels, or of luma alone."""
    noisy = [t for t in group if t.noise_luma is not None and t.noise_luma >= _NOISY]
    grey = [t.noise_luma for t in noisy if t.noise_luma and not _coloured(t)]
    slopes = [t for t in noisy if _coloured(t) and t.shot is not None and t.shot > 0]
    white = [t.noise_luma / _LUMA_OF_RGB for t in noisy if _coloured(t) and t not in slopes and t.noise_luma]
    sensor = _some({"step": "sensor"}, "shot", [min((t.shot or 0) / _LUMA_OF_RGB**2, 1) for t in slopes], group)
    if sensor:
        sensor[0]["read"] = _spread([min((t.read or 0) / _LUMA_OF_RGB**2, 1) for t in slopes])
    rgb = _some({"step": "noise", "channels": "rgb"}, "sigma", white, group)
    return [*sensor, *rgb, *_some({"step": "noise", "channels": "grey"}, "sigma", grey, group)]


def _coloured(traits: Traits) -> bool:
    if traits.grey or traits.noise_chroma is None or not traits.noise_luma:
        return not traits.grey
    return traits.noise_chroma > _COLOURED * traits.noise_luma


def _last(kind: str, group: Sequence[Traits]) -> list[Step]:
    codec = kind.split()[0]
    if codec == "jpeg":
        return [_jpeg(group)]
    if codec == "webp":
        qualities = [t.webp_quality for t in group if t.webp_quality is not None]
        return [{"step": "webp", "quality": _spread(qualities) if qualities else {"uniform": [45, 90]}}]
    return [{"step": "avif", "quality": {"uniform": [40, 75]}}] if codec == "avif" else [{"step": "png"}]


def _jpeg(group: Sequence[Traits]) -> Step:
    tables = Counter(t.jpeg_tables or "ijg" for t in group)
    own = {t.jpeg_tables: t.jpeg_steps for t in group if t.jpeg_tables and t.jpeg_steps}
    common = dict(tables.most_common(_CUSTOM_TABLES))
    scaled = [t.jpeg_quality for t in group if t.jpeg_quality is not None and not t.jpeg_tables]
    step: Step = {
        "step": "jpeg",
        "quality": _spread(scaled or [t.jpeg_quality for t in group if t.jpeg_quality is not None]),
        "tables": common,
        "chroma": _chroma(group),
    }
    custom = {name: {"luma": own[name][0], "chroma": own[name][1]} for name in common if name in own}
    return step | ({"custom": custom} if custom else {})


def _chroma(group: Sequence[Traits]) -> dict[str, int]:
    """Samplings that the recipe knows; 4:2:0, the commonest by far, where none is told."""
    known = Counter(t.chroma for t in group if t.chroma in ("4:4:4", "4:2:2", "4:2:0"))
    return {str(name): number for name, number in known.most_common()} or {"4:2:0": 1}


def _some(step: Step, key: str, values: Sequence[float] | np.ndarray, group: Sequence[Traits]) -> list[Step]:
    """The step for the share of the group that has a value; none where nobody has."""
    if not len(values):
        return []
    return [step | {"probability": round(len(values) / len(group), 4), key: _spread(values)}]


def _spread(values: Sequence[float] | np.ndarray) -> Any:
    """A histogram of equally likely bins between the quantiles; a number where all values are one."""
    bins = min(_BINS, len(values))
    edges = [float(f"{edge:.4g}") for edge in np.quantile(values, np.linspace(0, 1, bins + 1))]
    if edges[0] == edges[-1]:
        return edges[0]
    return {"histogram": {"edges": edges, "weights": [1] * bins, "jitter": _JITTER}}
