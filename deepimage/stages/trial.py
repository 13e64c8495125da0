"""Trial: how fast this machine restores parts of some pictures, and how large their results are."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from deepimage.config import Recipe
from deepimage.errors import DeepimageError
from deepimage.image.codec.encode import encode
from deepimage.image.codec.picture import Picture
from deepimage.image.codec.remote import decode
from deepimage.image.finish import finish
from deepimage.stages.base import Row, Rows
from deepimage.stages.opening import open_decoders, open_restorer
from deepimage.storage.uri import fetch

_CROP = 320  # lr pixels


@dataclass(frozen=True)
class Trial:
    """What came out; zeros where no picture could be read."""

    megapixels_per_second: float  # output
    bytes_per_pixel: float


def trial(recipe: Recipe, rows: Rows, threads: int) -> Trial:
    """Restore and encode a crop of each picture of plan `rows`, with the generator that a worker would hold."""
    restorer = open_restorer(recipe, threads)
    made: list[tuple[int, int, float]] = []
    for row, picture in _crops(recipe, rows[:1] + rows):  # the first one warms up
        started = time.perf_counter()
        result = finish(picture, restorer.restore(picture.pixels), *_result_size(row, picture))
        encoded = encode(result, row["output_format"], recipe.output)
        made.append((result.pixels[..., 0].size, len(encoded), time.perf_counter() - started))
    pixels, size, seconds = (sum(column) for column in zip(*made[1:], strict=True)) if made[1:] else (0, 0, 0.0)
    return Trial(pixels / 1e6 / seconds, size / pixels) if pixels else Trial(0.0, 0.0)


def _crops(recipe: Recipe, rows: Rows) -> Iterator[tuple[Row, Picture]]:
    with open_decoders(recipe) as decoders:
        for row in rows:
            try:
                data = fetch(row["uri"], recipe.storage, recipe.limits.max_bytes)
                picture = decode(decoders, data, recipe.limits)
            except DeepimageError:
                continue
            alpha = None if picture.alpha is None else picture.alpha[:_CROP, :_CROP]
            yield row, replace(picture, pixels=picture.pixels[:_CROP, :_CROP], alpha=alpha)


def _result_size(row: Row, crop: Picture) -> tuple[int, int]:
    height, width = crop.pixels.shape[:2]
    factor = row["output_height"] / row["height"]
    return max(round(height * factor), 1), max(round(width * factor), 1)
