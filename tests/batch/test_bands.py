"""Bands of pictures: in waves that storage can hold, none of them twice, and one verdict for each picture."""

from pathlib import Path

import numpy as np
import pytest

from deepimage.batch import bands
from deepimage.batch.bands import judged, missing_bands, remove_bands, waves
from deepimage.batch.memory import MemoryTable
from deepimage.config import Storage
from deepimage.errors import ImageError, StorageError
from deepimage.stages.band_files import band_key, read_bands, write_band
from deepimage.stages.base import Row, verdict
from deepimage.storage.schema import PLAN
from deepimage.storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(str(tmp_path), Storage())


def large(name: str, count: int = 3, **more: object) -> Row:
    shared = {"action": "restore", "strips": True, "megapixels": 90.0, "output": f"{name}.tif"}
    return {"input": name, "input_sha256": f"sha-{name}", "recipe_digest": "r", "bands": count} | shared | more


def test_waves_hold_what_the_workers_can_use_and_every_picture_once() -> None:
    rows = [large(f"{number}") for number in range(7)]
    others = [large("small", bands=None, strips=False), large("kept", action="keep")]
    plan = MemoryTable(rows + others, PLAN)
    assert [[row["input"] for row in wave] for wave in waves(plan, workers=1)] == [list("012"), list("345"), ["6"]]
    assert [len(wave) for wave in waves(plan, workers=2)] == [5, 2]
    assert list(waves(MemoryTable(others, PLAN), workers=2)) == []


def test_bands_that_stand_are_not_asked_for_again(store: Store) -> None:
    wave = [large("a"), large("b", 2)]
    assert [(row["input"], row["band"]) for row in missing_bands(wave, store)] == [
        ("a", 0), ("a", 1), ("a", 2), ("b", 0), ("b", 1)
    ]  # fmt: skip
    write_band(store, band_key(wave[0] | {"band": 1}), [np.ones((2, 3, 3), np.uint8)])
    assert [(row["input"], row["band"]) for row in missing_bands(wave, store)][1] == ("a", 2)
    for other in ({"recipe_digest": "other"}, {"input_sha256": "other"}, {"bands": 4}):
        assert len(missing_bands([wave[0] | other], store)) == (wave[0] | other)["bands"]
    remove_bands(wave, store)
    assert list(store.list("_deepimage/bands/")) == []


def test_bands_come_back_strip_by_strip(store: Store) -> None:
    strips = [np.full((height, 5, 3), height, np.uint8) for height in (4, 1, 3)]
    write_band(store, "x", strips[:2])
    write_band(store, "empty", [])
    write_band(store, "y", strips[2:])
    for got, wanted in zip(read_bands(store, ["x", "empty", "y"]), strips, strict=True):
        np.testing.assert_array_equal(got, wanted)
    with pytest.raises(StorageError, match="not found"):
        list(read_bands(store, ["none"]))


def test_a_bad_band_is_the_verdict_and_seconds_add_up() -> None:
    wave = [large("a"), large("b")]
    spent = {"seconds_fetch": 1.0, "seconds_decode": 2.0, "seconds_restore": None}
    made = [row | {"band": number, "status": None} | spent for row in wave for number in range(3)]
    made[1] |= verdict(ImageError("E_CRASH", "died"))
    bad, good = judged(wave, made)
    assert (bad["status"], bad["error_code"], bad["error"], bad["output"]) == ("quarantined", "E_CRASH", "died", None)
    assert (good.get("status"), good["output"]) == (None, "b.tif")
    assert [good[name] for name in bands._SECONDS] == [3.0, 6.0, 0.0]
