"""JPEG: the tables, the grid, the chroma, and the batched arithmetic against libjpeg."""

import io

import numpy as np
import pytest
import torch
from pictures import apply, blockiness, grey, picture, shapes
from PIL import Image

from deepimage.image.degradation.canvas import Canvas
from deepimage.image.degradation.codecs import to_bytes
from deepimage.image.degradation.jpeg import Jpeg, batched
from deepimage.image.degradation.tables import scaled

SAMPLINGS = ["4:4:4", "4:2:2", "4:2:0"]


def pillow(rgb: np.ndarray, **options: object) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", **options)
    return np.asarray(Image.open(file))


def on_a_gpu(op: Jpeg, rgb: np.ndarray) -> np.ndarray:
    """What the batched arithmetic makes of a picture."""
    size = rgb.shape[:2]
    return to_bytes(batched(Canvas(picture(rgb), [size], size), [op]).pixels[0])


@pytest.mark.parametrize("quality", [1, 10, 25, 49, 50, 51, 75, 92, 100])
def test_tables_are_libjpegs(quality: int) -> None:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", quality=quality)
    tables = Image.open(file).quantization
    assert scaled("ijg", quality) == (tuple(tables[0]), tuple(tables[1]))


def test_other_tables_scale_alike() -> None:
    assert scaled("flat", 50) == ((16,) * 64, (16,) * 64)
    assert scaled("flat", 75)[0][0] == 8
    assert scaled("robidoux", 50)[0][:3] == (16, 16, 16)
    assert max(scaled("robidoux", 10)[0]) == 255
    assert Jpeg(10, own=((3,) * 64, (5,) * 64)).steps == ((3,) * 64, (5,) * 64)


@pytest.mark.parametrize("chroma", SAMPLINGS)
@pytest.mark.parametrize("quality", [15, 50, 80, 96])
def test_a_file_is_pillows(photos: dict[str, np.ndarray], chroma: str, quality: int) -> None:
    rgb = photos["coffee"][50:161, 100:231]
    assert np.array_equal(Jpeg(quality, chroma=chroma).through(rgb), pillow(rgb, quality=quality, subsampling=chroma))


@pytest.mark.parametrize("name", ["astronaut", "chelsea"])
@pytest.mark.parametrize("chroma", SAMPLINGS)
@pytest.mark.parametrize("upsampling", ["fancy", "nearest"])
@pytest.mark.parametrize("quality", [10, 40, 75, 95])
def test_the_batched_arithmetic_is_libjpegs(
    photos: dict[str, np.ndarray], name: str, chroma: str, upsampling: str, quality: int
) -> None:
    """Within 0.15 steps on average; at most 4 % of values off by more than one, by a coefficient rounded otherwise."""
    rgb = np.ascontiguousarray(photos[name][50:151, 100:217])
    op = Jpeg(quality, chroma=chroma, upsampling=upsampling)
    difference = np.abs(on_a_gpu(op, rgb).astype(int) - op.through(rgb))
    assert difference.mean() < 0.15
    assert np.mean(difference > 1) < 0.04


@pytest.mark.parametrize("tables", ["flat", "robidoux", "own"])
def test_the_batched_arithmetic_takes_any_table(photos: dict[str, np.ndarray], tables: str) -> None:
    rgb = np.ascontiguousarray(photos["coffee"][50:130, 100:196])
    own = (tuple(range(1, 65)), (20,) * 64) if tables == "own" else None
    op = Jpeg(60, tables=tables, own=own)
    assert np.abs(on_a_gpu(op, rgb).astype(int) - op.through(rgb)).mean() < 0.15
    assert not np.array_equal(op.through(rgb), Jpeg(60).through(rgb))


@pytest.mark.parametrize("compress", [lambda op, rgb: to_bytes(apply(op, picture(rgb))[0]), on_a_gpu])
@pytest.mark.parametrize(("top", "left"), [(0, 0), (3, 5), (7, 1), (9, 14)])
def test_the_grid_begins_where_it_says(compress, top: int, left: int) -> None:  # type: ignore[no-untyped-def]
    rgb = compress(Jpeg(12, top, left, chroma="4:4:4"), shapes(128))
    assert (blockiness(rgb[..., 1], 0), blockiness(rgb[..., 1], 1)) == (-top % 8, -left % 8)


def test_a_batch_mixes_sizes_grids_tables_and_upsampling(photos: dict[str, np.ndarray]) -> None:
    rgb = np.ascontiguousarray(photos["coffee"][50:114, 100:196])
    sizes = [(64, 96), (33, 47)]
    operations = [Jpeg(40, 3, 5), Jpeg(80, 0, 11, tables="flat", upsampling="nearest")]
    canvas = Canvas(picture(rgb).expand(2, -1, -1, -1).contiguous(), sizes, (16, 24), fixed=True)
    result = batched(canvas, operations).pixels
    for row, (op, (height, width)) in enumerate(zip(operations, sizes, strict=True)):
        expected = apply(op, picture(rgb[:height, :width]))[0]
        assert (result[row, :, :height, :width] - expected).abs().mean() * 255 < 0.15


def test_chroma_and_upsampling_matter(photos: dict[str, np.ndarray]) -> None:
    rgb = np.ascontiguousarray(photos["astronaut"][20:100, 180:260])
    results = [Jpeg(90, chroma=c).through(rgb) for c in SAMPLINGS] + [Jpeg(90, upsampling="nearest").through(rgb)]
    errors = [np.square(result.astype(float) - rgb).mean() for result in results]
    assert errors[:3] == sorted(errors[:3])
    assert not np.array_equal(results[2], results[3])


@pytest.mark.parametrize("size", [(1, 1), (2, 17), (8, 8), (15, 9)])
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_small_black_and_white_pictures(size: tuple[int, int], value: float) -> None:
    for chroma in SAMPLINGS:
        op = Jpeg(30, 2, 3, chroma=chroma)
        assert torch.equal(apply(op, grey(*size, value)), grey(*size, value))
        assert torch.equal(batched(Canvas(grey(*size, value), [size], size), [op]).pixels, grey(*size, value))
