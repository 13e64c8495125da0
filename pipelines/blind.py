"""`deepimage blind`: which of two generators do people prefer, when they do not know which is which?

`sheets` writes numbered pictures (A, the original, B; 1:1) and a key; somebody who has not seen the key writes answers
(`number,A` or `B` or `=`, one a line); `tally` counts them.
"""

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from deepimage.errors import ConfigError, UsageError
from deepimage.image.degradation.fixed import FIXED
from deepimage.models import checkpoint
from deepimage.models.restorer import Restorer
from deepimage.training.photos import decode, listed

KEY = "key.json"
_CONTEXT = 48  # lr pixels round a crop that the generators see, too
_LINE = 22  # height of the line of labels, pixels
_TRIES = 3  # crops looked at for one that has something to see


def sheets(
    models: Sequence[str],
    photos: Sequence[str],
    degradations: Sequence[str],
    output: Path,
    count: int = 30,
    side: int = 256,
    seed: int = 0,
) -> None:
    """Write `count` sheets and the key into a new folder. Raises UsageError, ConfigError, CheckpointError."""
    _check(models, degradations, output)
    restorers = [Restorer(checkpoint.load(model)) for model in models]
    paths = [path for folder in photos for path in listed(folder)]
    rng = np.random.default_rng(seed)
    output.mkdir(parents=True)
    key = {}
    for number in range(1, count + 1):
        name = degradations[number % len(degradations)]
        hr = _crop(paths, side + 2 * _CONTEXT * restorers[0].scale, rng)
        lr = FIXED[name](hr, restorers[0].scale, number)
        first = int(rng.integers(2))
        a, b = (_middle(restorers[i].restore(lr), side) for i in (first, 1 - first))
        _sheet(number, a, _middle(hr, side), b).save(output / f"{number:02}.jpg", quality=92, subsampling=0)
        key[number] = {"A": models[first], "B": models[1 - first], "degradation": name}
    (output / KEY).write_text(json.dumps(key, indent=1))


def _check(models: Sequence[str], degradations: Sequence[str], output: Path) -> None:
    if len(models) != 2 or output.exists():
        raise UsageError(f"blind {output}: expected two models and a folder that does not exist yet")
    unknown = [name for name in degradations if name not in FIXED]
    if unknown:
        raise ConfigError(f"degradation {unknown[0]}: unknown; known: {', '.join(FIXED)}")


def tally(folder: Path, answers: Path) -> list[str]:
    """Lines that say how often each model was preferred, in all and by degradation. Raises UsageError."""
    key = json.loads(_text(folder / KEY, "the key of a folder that `deepimage blind` made"))
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for number, answer in _answers(answers):
        if number not in key or answer not in ("A", "B", "="):
            raise UsageError(f"{answers}: expected a number of 1 to {len(key)} and A, B or =, got {number},{answer}")
        winner = "equal" if answer == "=" else key[number][answer]  # as given: two runs name a file alike
        for group in ("all", key[number]["degradation"]):
            votes[group][winner] += 1
    return [
        f"{group}: " + ", ".join(f"{name} {n}" for name, n in sorted(count.items())) for group, count in votes.items()
    ]


def _text(path: Path, what: str) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{path}: cannot be read; expected {what}") from None


def _answers(path: Path) -> Iterable[tuple[str, str]]:
    for row in csv.reader(_text(path, "lines of NUMBER,A or NUMBER,B or NUMBER,=").splitlines()):
        if row:
            yield row[0].strip(), row[1].strip().upper() if len(row) > 1 else ""


def _crop(paths: list[Path], side: int, rng: np.random.Generator) -> np.ndarray:
    """The busiest of a few crops of a random photo that is large enough."""
    while True:
        photo = decode(paths[rng.integers(len(paths))])
        if photo is not None and min(photo.shape[:2]) >= side:
            break
    corners = [[int(rng.integers(0, length - side + 1)) for length in photo.shape[:2]] for _ in range(_TRIES)]
    crops = [photo[y : y + side, x : x + side] for y, x in corners]
    return np.ascontiguousarray(max(crops, key=lambda crop: crop[::4, ::4].std()))


def _middle(image: np.ndarray, side: int) -> np.ndarray:
    top = (image.shape[0] - side) // 2
    return image[top : top + side, top : top + side]


def _sheet(number: int, a: np.ndarray, original: np.ndarray, b: np.ndarray) -> Image.Image:
    side = original.shape[0]
    sheet = Image.new("RGB", (3 * side + 2 * 6, side + _LINE), "white")
    draw = ImageDraw.Draw(sheet)
    for place, (label, image) in enumerate((("A", a), ("original", original), ("B", b))):
        sheet.paste(Image.fromarray(image), (place * (side + 6), _LINE))
        draw.text((place * (side + 6) + 4, 4), f"{number}  {label}" if place == 0 else label, fill="black")
    return sheet
