"""Study keeps rows and order, lets ended rows pass, turns errors into verdicts, and is quick."""

import copy
import io
import pickle
import time
import timeit

import numpy as np
import pytest
from PIL import Image

from deepimage.config import Limits
from deepimage.stages.base import Row, Rows
from deepimage.stages.study import Study
from deepimage.study.examine import examine
from deepimage.study.traits import Traits

ENDED: Row = {"input": "gone", "status": "failed", "error_code": None, "error": "storage"}


def jpeg(rgb: np.ndarray, quality: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


@pytest.fixture
def stage() -> Study:
    arrived: Study = pickle.loads(pickle.dumps(Study(Limits(), workers=1, decoders=2)))  # as on a worker
    arrived.setup()
    return arrived


def test_rows_keep_their_order_and_gain_traits(stage: Study, photos: dict[str, np.ndarray]) -> None:
    good: Rows = [{"input": f"{q}", "data": jpeg(photos["coffee"], q), "status": None} for q in (60, 75, 90)]
    rows = [good[0], ENDED, {"input": "text", "data": b"no picture", "status": None}, *good[1:]]
    before = copy.deepcopy(rows)
    studied = stage(rows)
    assert rows == before
    assert [row["input"] for row in studied] == [row["input"] for row in rows]
    assert all("data" not in row for row in studied)
    assert studied[1] == ENDED
    assert (studied[2]["status"], studied[2]["error_code"]) == ("quarantined", "E_NOT_IMAGE")
    qualities = [Traits.from_json(studied[place]["result"]).jpeg_quality for place in (0, 3, 4)]
    assert qualities == [60, 75, 90]


def test_limits_are_those_of_the_recipe(photos: dict[str, np.ndarray]) -> None:
    stage = Study(Limits(max_megapixels=0.1), workers=1)
    stage.setup()
    (row,) = stage([{"input": "large", "data": jpeg(photos["coffee"], 80), "status": None}])
    assert (row["status"], row["error_code"]) == ("quarantined", "E_BOMB")


def test_half_a_second_is_enough_for_a_picture(photos: dict[str, np.ndarray]) -> None:
    data = jpeg(photos["astronaut"], 80)
    examine(data, Limits())  # the first of each process makes tables
    assert min(timeit.repeat(lambda: examine(data, Limits()), timer=time.thread_time, number=1, repeat=3)) < 0.5
