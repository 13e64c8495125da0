"""Bands stitched together are, byte for byte, what one worker makes of a picture in strips."""

import hashlib
import io
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepimage.config import Recipe, Storage, load
from deepimage.stages.band_files import band_keys
from deepimage.stages.bands import RestoreBand
from deepimage.stages.base import Row, Rows, Stage, ended
from deepimage.stages.opening import find_model
from deepimage.stages.shape import shape
from deepimage.stages.stitch import Stitch
from deepimage.stages.strips import RestoreStrips
from deepimage.storage.store import Store


def colours(mode: str, seed: int = 0) -> Image.Image:
    coarse = np.random.default_rng(seed).integers(0, 256, (9, 6, 4), dtype=np.uint8)
    return Image.fromarray(coarse, "RGBA").resize((93, 171), Image.Resampling.BICUBIC).convert(mode)


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def turned() -> bytes:
    exif = Image.Exif()
    exif[274] = 6
    exif[271] = "Maker"
    return encoded(colours("RGB"), "JPEG", exif=exif)


PICTURES = {
    "colour": encoded(colours("RGB"), "JPEG", quality=90),
    "alpha": encoded(colours("RGBA"), "PNG"),
    "grey": encoded(colours("L"), "JPEG"),
    "grey and alpha": encoded(colours("LA"), "PNG"),
    "turned": turned(),
    "tiff": encoded(colours("RGB"), "TIFF", compression="tiff_lzw"),
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(str(tmp_path / "out"), Storage())


def recipe(*overrides: str) -> Recipe:
    return load(None, ["model=bicubic", "scale=2", "tiling.tile=64", *overrides])


def planned(folder: Path, name: str, recipe: Recipe, bands: int) -> Row:
    path = folder / name
    path.write_bytes(PICTURES[name])
    height, width = (93, 171) if name == "turned" else (171, 93)
    result = shape(recipe, "tiff", height, width, find_model(recipe).facts.scale)
    size = {"output_width": result.width, "output_height": result.height, "output_format": result.format}
    facts = {"input": name, "uri": str(path), "height": height, "width": width, "status": None, "recipe_digest": "r"}
    own = {"output": f"{bands}-{name}", "input_sha256": hashlib.sha256(PICTURES[name]).hexdigest()}
    return facts | size | own | {"bands": bands}


def started(stage: Stage) -> Stage:
    arrived: Stage = pickle.loads(pickle.dumps(stage))
    arrived.setup()
    return arrived


def in_strips(rows: Rows, recipe: Recipe, store: Store) -> Rows:
    return started(RestoreStrips(recipe, store, 1, 2, 0))(rows)


def in_bands(rows: Rows, recipe: Recipe, store: Store) -> Rows:
    """By two workers, the last band first."""
    workers = [started(RestoreBand(recipe, store, 1, 1, 0)) for _ in range(2)]
    for number in reversed(range(rows[0]["bands"])):
        for band in workers[number % 2]([row | {"band": number} for row in rows]):
            assert not ended(band), band["error"]
            assert "data" not in band
    return started(Stitch(recipe, store, find_model(recipe).facts.scale))(rows)


SETTINGS = [
    ("output.format=tiff",),
    ("output.format=tiff", "scale=null", "width=90", "height=90"),
    ("output.format=png", "scale=1.3", "padding=7"),
]


@pytest.mark.parametrize("settings", SETTINGS)
def test_bands_make_the_bytes_of_one_worker(settings: tuple[str, ...], store: Store, tmp_path: Path) -> None:
    made = recipe(*settings)
    one = in_strips([planned(tmp_path, name, made, 1) for name in PICTURES], made, store)
    several = in_bands([planned(tmp_path, name, made, 4) for name in PICTURES], made, store)
    for strips, bands in zip(one, several, strict=True):
        assert bands["status"] == "done", bands["error"]
        for column in ("output_sha256", "output_bytes", "consistency_db", "note"):
            assert bands[column] == strips[column]
        assert store.read(bands["output"]) == store.read(strips["output"])


def test_what_is_missing_or_changed_is_that_picture_s_verdict(store: Store, tmp_path: Path) -> None:
    made = recipe("output.format=tiff")
    row = planned(tmp_path, "colour", made, 2)
    (lost,) = started(Stitch(made, store, 2))([row])
    assert (lost["status"], lost["output"]) == ("failed", None)
    assert "not found" in lost["error"]
    changed: Rows = started(RestoreBand(made, store, 1, 1, 0))([row | {"band": 0, "input_sha256": "other"}])
    assert (changed[0]["status"], "changed" in changed[0]["error"]) == ("failed", True)
    (tmp_path / "colour").write_bytes(PICTURES["colour"][:-400])
    (bad,) = started(RestoreBand(made, store, 1, 1, 0))([row | {"band": 1, "input_sha256": None}])
    assert (bad["status"], bad["error_code"]) == ("quarantined", "E_TRUNCATED")
    assert [store.exists(key) for key in band_keys(row)] == [False, False]
    (passed,) = started(Stitch(made, store, 2))([row | {"status": "quarantined", "error_code": "E_CRASH"}])
    assert passed["error_code"] == "E_CRASH"
    assert passed["finished_at"]
