"""Pictures that make a profile plain: a few like most of them, and the ones at its ends."""

import base64
import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from PIL import Image

from deepimage.errors import DeepimageError
from deepimage.report.gallery import Pictures, most_detailed
from deepimage.report.markup import Markup, filename, tag
from deepimage.report.study_summary import number
from deepimage.study.traits import Traits

_TYPICAL = 3
_WIDTH, _HEIGHT = 300, 220  # of a crop, and the box of a thumbnail, pixels
_QUALITY = 88
_MEGAPIXELS = 100  # larger pictures are not decoded here
_AT_ONCE = 2  # pictures in memory
_COMPARED = ("long_side", "jpeg_quality", "noise_luma", "blur", "resolution", "middle", "white")


@dataclass(frozen=True)
class Studied:
    """One picture of a study."""

    name: str
    uri: str
    traits: Traits


@dataclass(frozen=True)
class _End:
    """One end of a measure: what makes a picture extreme, and how that is told. None = not extreme at all."""

    title: str
    badness: Callable[[Traits], float | None]
    tell: Callable[[Traits], str]


def _if(condition: bool, value: float | None) -> float | None:
    return value if condition else None


_ENDS = (
    _End(
        "Hardest compressed",
        lambda t: None if t.jpeg_quality is None else -t.jpeg_quality,
        lambda t: f"JPEG quality {t.jpeg_quality}",
    ),
    _End(
        "Weakest earlier JPEG",
        lambda t: None if t.earlier_quality is None else -t.earlier_quality,
        lambda t: f"quality {t.earlier_quality}, grid at {t.earlier_left}, {t.earlier_top}",
    ),
    _End(
        "Noisiest",
        lambda t: _if((t.noise_luma or 0) >= 3, t.noise_luma),
        lambda t: f"{number(t.noise_luma or 0)} steps",
    ),
    _End("Softest", lambda t: _if((t.blur or 0) > 0.65, t.blur), lambda t: f"blur {number(t.blur or 0)} pixels"),
    _End(
        "Most enlarged",
        lambda t: _if((t.enlarged or 1) > 1, t.enlarged),
        lambda t: f"by {number(t.enlarged or 1)} or more",
    ),
    _End("Strongest halos", lambda t: _if((t.halo or 0) > 0.15, t.halo), lambda t: f"{100 * (t.halo or 0):.0f} %"),
    _End("Darkest", lambda t: -t.middle, lambda t: f"median level {number(t.middle)}"),
    _End("Brightest", lambda t: t.middle, lambda t: f"median level {number(t.middle)}"),
    _End("Smallest", lambda t: -t.long_side, lambda t: f"{t.width} × {t.height}"),
)


def gallery(studied: Sequence[Studied], pictures: Pictures) -> tuple[list[Markup], list[Markup]]:
    """Figures of typical pictures, whole, and of extreme ones, at 1:1; what cannot be read any more is left out."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        common = pool.map(lambda one: _whole(one, pictures), typical(studied))
        ends = pool.map(lambda chosen: _detail(chosen[0], chosen[1], pictures), extremes(studied))
        return [figure for figure in common if figure], [figure for figure in ends if figure]


def typical(studied: Sequence[Studied]) -> list[Studied]:
    """The pictures whose ranks in all measures are nearest to the middle."""
    if len(studied) <= _TYPICAL:
        return list(studied)
    distances = np.zeros(len(studied))
    for name in _COMPARED:
        values = np.array([np.nan if (v := getattr(one.traits, name)) is None else v for one in studied], np.float64)
        known = ~np.isnan(values)
        if known.any():
            below = np.searchsorted(np.sort(values[known]), values[known], "left")
            above = np.searchsorted(np.sort(values[known]), values[known], "right")
            distances[known] += np.square((below + above) / (2 * known.sum()) - 0.5)
            distances[~known] += 1 / 12  # as much as a picture of any rank has on average
    return [studied[place] for place in np.argsort(distances, kind="stable")[:_TYPICAL]]


def extremes(studied: Sequence[Studied]) -> Iterator[tuple[str, Studied]]:
    """What is extreme, and the picture that is it; no picture twice."""
    shown: set[str] = set()
    for end in _ENDS:
        ranked = [
            (value, one) for one in studied if one.name not in shown and (value := end.badness(one.traits)) is not None
        ]
        if ranked:
            _, worst = max(ranked, key=lambda pair: pair[0])
            shown.add(worst.name)
            yield f"{end.title}: {end.tell(worst.traits)}", worst


def _whole(one: Studied, pictures: Pictures) -> Markup | None:
    if (rgb := _read(one, pictures)) is None:
        return None
    image = Image.fromarray(rgb)
    image.thumbnail((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS, reducing_gap=3)
    return _figure(image, one, f"{one.traits.width} × {one.traits.height}")


def _detail(title: str, one: Studied, pictures: Pictures) -> Markup | None:
    if (rgb := _read(one, pictures)) is None:
        return None
    crop = most_detailed(rgb, min(_HEIGHT, rgb.shape[0]), min(_WIDTH, rgb.shape[1]))
    return _figure(Image.fromarray(np.ascontiguousarray(crop.of(rgb))), one, title)


def _read(one: Studied, pictures: Pictures) -> np.ndarray | None:
    if one.traits.width * one.traits.height > _MEGAPIXELS * 1e6:
        return None
    try:
        return pictures.decode(pictures.read_input(one.uri))
    except (DeepimageError, OSError):
        return None


def _figure(image: Image.Image, one: Studied, text: str) -> Markup:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=_QUALITY, subsampling=0)
    source = "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
    size = {"width": image.width, "height": image.height}
    picture = tag("img", attributes={"src": source, "alt": "", "decoding": "async", **size})
    return tag("figure.shown", picture, tag("figcaption", tag("strong", text), filename(one.name)))
