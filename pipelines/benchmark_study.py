"""`deepimage benchmark --study PHOTOS`: how much of a known past the study finds in photos dirtied here."""

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from deepimage.config import Limits
from deepimage.errors import UsageError
from deepimage.study.examine import examine
from deepimage.study.traits import Traits

_SIDE = 640  # of the photos that are dirtied: reduced, so that they are sharp
_GRIDS = ((3, 5), (4, 1), (6, 6), (1, 2))  # pixels cut off between two JPEG passes
_SIGMAS = (5, 8, 12, 20)
_Rng = np.random.Generator


def measure(folder: Path, limit: int = 60, seed: int = 0) -> list[str]:
    """Lines: what was done to the photos, and how often the study tells it right. Raises UsageError."""
    photos = [_open(path) for path in sorted(folder.rglob("*")) if path.suffix.lower() in (".jpg", ".png", ".webp")]
    if not photos:
        raise UsageError(f"{folder}: no .jpg, .png or .webp photos to dirty; name a folder that has some")
    photos = photos[:: max(len(photos) // limit, 1)][:limit]
    rng = np.random.default_rng(seed)
    lines = [f"{len(photos)} photos of {folder}, {_SIDE} pixels"]
    for name, ask in _QUESTIONS.items():
        answers = [answer for photo in photos for answer in ask(photo, rng)]
        known = [answer for answer in answers if answer is not None]
        lines.append(f"{name:<70}{np.mean(known):6.1%} of {len(known)}" + _unknown(len(answers) - len(known)))
    return [*lines, f"{'CPU seconds to study one':<70}{_seconds(photos):6.2f}"]


def _last_quality(photo: Image.Image, rng: _Rng) -> Iterator[bool]:
    quality = int(rng.integers(40, 96))
    yield _study(photo, quality).jpeg_quality == quality


def _earlier(photo: Image.Image, rng: _Rng) -> Iterator[bool]:
    first, (left, top) = int(rng.integers(35, 66)), _GRIDS[rng.integers(len(_GRIDS))]
    once = Image.open(io.BytesIO(_jpeg(photo, first)))
    traits = _study(once.crop((left, top, *once.size)), first + int(rng.integers(20, 31)))
    grid = (-top % 8, -left % 8)
    yield (traits.earlier_top, traits.earlier_left) == grid and abs((traits.earlier_quality or 0) - first) <= 5


def _noise(photo: Image.Image, rng: _Rng) -> Iterator[bool | None]:
    sigma = int(rng.choice(_SIGMAS))
    noisy = np.asarray(photo) + rng.normal(0, sigma, (photo.height, photo.width, 1))
    found = _study(Image.fromarray(np.clip(noisy, 0, 255).round().astype(np.uint8)), 92).noise_luma
    yield None if found is None else abs(found - sigma) <= sigma / 4


def _enlarged(photo: Image.Image, rng: _Rng) -> Iterator[bool]:
    """Half the answers are of originals."""
    width, height = (side // 2 for side in photo.size)
    small = photo.resize((width, height), Image.Resampling.LANCZOS)
    kernel = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)[rng.integers(3)]
    yield (_study(small.resize((2 * width, 2 * height), kernel), 88).enlarged or 1) > 1
    yield (_study(photo, 88).enlarged or 1) == 1


_QUESTIONS: dict[str, Callable[[Image.Image, _Rng], Iterator[bool | None]]] = {
    "quality of the last JPEG pass, 40 to 95: exact": _last_quality,
    "earlier JPEG 35 to 65, cropped, 20 to 30 better: grid, quality to 5": _earlier,
    "noise 5, 8, 12 or 20 under JPEG 92: within a quarter": _noise,
    "enlarged twice, three kernels, or not, under JPEG 88: told": _enlarged,
}


def _seconds(photos: list[Image.Image]) -> float:
    files = [_jpeg(photo, 80) for photo in photos]
    started = time.process_time()
    for data in files:
        examine(data, Limits())
    return (time.process_time() - started) / len(files)


def _open(path: Path) -> Image.Image:
    photo = Image.open(path).convert("RGB")
    return ImageOps.contain(photo, (_SIDE, _SIDE), Image.Resampling.LANCZOS)


def _study(photo: Image.Image, quality: int) -> Traits:
    return examine(_jpeg(photo, quality), Limits())


def _jpeg(photo: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _unknown(count: int) -> str:
    return f", {count} not told" if count else ""
