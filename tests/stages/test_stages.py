"""Every stage: keeps rows and order, lets ended rows pass, turns errors into verdicts, leaves its input alone."""

import copy
import hashlib
import io
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepimage.config import Recipe, Storage, load
from deepimage.image.codec.decode import decode
from deepimage.stages.base import Row, Rows, Stage
from deepimage.stages.copy import Copy
from deepimage.stages.fetch import Fetch
from deepimage.stages.probe import Probe
from deepimage.stages.restore import Restore
from deepimage.stages.strips import RestoreStrips
from deepimage.stages.write import Write
from deepimage.storage.store import Store

ENDED: Row = {"input": "gone", "status": "failed", "error_code": None, "error": "storage"}


def jpeg(seed: int) -> bytes:
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(coarse).resize((80, 70), Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


@pytest.fixture
def recipe() -> Recipe:
    return load(None, ["model=bicubic", "scale=2"])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(str(tmp_path / "out"), Storage())


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    """Three good pictures, one broken, one that ended earlier, planned as for x2."""
    planned: Rows = []
    for number, data in enumerate([jpeg(1), jpeg(2), b"no picture", jpeg(3)]):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(data)
        size = {"output_width": 160, "output_height": 140, "output_format": "jpeg", "output": f"{number}.jpg"}
        planned.append({"input": path.name, "uri": str(path), "status": None} | size)
    return [*planned[:2], ENDED, *planned[2:]]


def started(stage: Stage) -> Stage:
    arrived: Stage = pickle.loads(pickle.dumps(stage))  # as on a worker
    arrived.setup()
    return arrived


Make = Callable[[Recipe, Store], list[Stage]]
CHAINS: dict[str, Make] = {
    "fetch": lambda recipe, store: [Fetch(recipe)],
    "probe": lambda recipe, store: [Fetch(recipe), Probe(recipe.limits, 1)],
    "restore": lambda recipe, store: [Fetch(recipe), Restore(recipe, threads=2)],
    "write": lambda recipe, store: [Fetch(recipe), Restore(recipe, threads=2), Write(store)],
    "strips": lambda recipe, store: [RestoreStrips(recipe, store, 1, 2, 0)],
}


@pytest.mark.parametrize("name", CHAINS)
def test_rows_stay_in_order_and_ended_ones_pass(name: str, recipe: Recipe, store: Store, rows: Rows) -> None:
    result = rows
    for stage in map(started, CHAINS[name](recipe, store)):
        before = copy.deepcopy(result)
        after = stage(result)
        assert result == before
        result = after
    assert [row["input"] for row in result] == [row["input"] for row in rows]
    assert ENDED.items() <= result[2].items()
    if name != "fetch":
        assert (result[3]["status"], result[3]["error_code"]) == ("quarantined", "E_NOT_IMAGE")
    assert "Traceback" not in str(result)


def through(stages: list[Stage], rows: Rows) -> Rows:
    for stage in map(started, stages):
        rows = stage(rows)
    return rows


def test_written_bytes_are_what_the_row_says(recipe: Recipe, store: Store, rows: Rows) -> None:
    for row in through(CHAINS["write"](recipe, store), rows):
        if row["status"] == "done":
            data = store.read(row["output"])
            assert hashlib.sha256(data).hexdigest() == row["output_sha256"]
            assert decode(data, recipe.limits).pixels.shape == (140, 160, 3)
            assert row["consistency_db"] > 30
            assert not {"data", "result", "picture"} & row.keys()


def test_strips_and_whole_pictures_are_the_same_bytes(recipe: Recipe, store: Store, rows: Rows) -> None:
    whole = through(CHAINS["write"](recipe, store), rows)
    strips = through(CHAINS["strips"](recipe, store), rows)
    assert [row.get("output_sha256") for row in whole] == [row.get("output_sha256") for row in strips]


def test_a_batch_is_the_sum_of_its_rows(recipe: Recipe, store: Store, rows: Rows) -> None:
    together = through(CHAINS["restore"](recipe, store), rows)
    alone = [through(CHAINS["restore"](recipe, store), [row])[0] for row in rows]
    assert [row.get("result") for row in together] == [row.get("result") for row in alone]


def test_a_file_that_changed_or_vanished_is_the_storage_s_fault(recipe: Recipe, rows: Rows, tmp_path: Path) -> None:
    changed = rows[0] | {"input_sha256": "0" * 64}
    gone = rows[1] | {"uri": str(tmp_path / "vanished.jpg")}
    results = started(Fetch(recipe))([changed, gone])
    assert [row["status"] for row in results] == ["failed", "failed"]
    assert "changed" in results[0]["error"]
    assert "vanished.jpg" in results[1]["error"]


def test_a_result_too_large_for_its_format_is_refused(recipe: Recipe, rows: Rows) -> None:
    webp = rows[0] | {"output_format": "webp", "output_width": 20_000, "output_height": 4}
    (row,) = through(CHAINS["restore"](recipe, Store.open(".", Storage())), [webp])
    assert (row["status"], row["error_code"]) == ("quarantined", "E_ENCODE")


def test_a_fault_of_ours_fails_one_row_and_no_more(recipe: Recipe, rows: Rows) -> None:
    broken, good = rows[0] | {"uri": None}, rows[1]
    results = started(Fetch(recipe))([broken, good])
    assert results[0]["status"] == "failed"
    assert "unexpected" in results[0]["error"]
    assert results[1]["status"] is None


def test_copies_are_aliased(store: Store) -> None:
    store.write("a.jpg", b"result")
    (row,) = started(Copy(store))([{"input": "b.jpg", "source": "a.jpg", "output": "b.jpg", "status": None}])
    assert (row["status"], store.read("b.jpg")) == ("aliased", b"result")
    (lost,) = started(Copy(store))([{"input": "c.jpg", "source": "none.jpg", "output": "c.jpg", "status": None}])
    assert lost["status"] == "failed"
