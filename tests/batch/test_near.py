"""The search for near copies finds the same rows in one process and as a shuffle."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from deepimage.batch.near import near_copies
from deepimage.config import Runtime
from deepimage.dedupe.fingerprint import fingerprint
from deepimage.dedupe.groups import near_duplicates
from deepimage.image.interpolation import resize
from deepimage.runtime import open_engine
from deepimage.runtime.engine import Engine


@pytest.fixture(params=["local", pytest.param("ray", marks=pytest.mark.ray)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "ray":
        request.getfixturevalue("ray_cluster")
    with open_engine(Runtime(engine=request.param)) as engine:
        yield engine


def index_of(pictures: dict[str, np.ndarray]) -> pa.Table:
    rows = []
    for name, rgb in pictures.items():
        marks = fingerprint(rgb)
        height, width = rgb.shape[:2]
        facts = {"input": name, "input_sha256": name, "width": width, "height": height, "size": width * height}
        rows.append(facts | {"pdq": marks.pdq, "pdq_quality": marks.quality, "lab": marks.lab, "bits": 8})
    types = {"lossless": pa.bool_(), "jpeg_quality": pa.int32(), "pdq": pa.binary(32)}
    table = pa.Table.from_pylist([row | {"lossless": False, "jpeg_quality": 90} for row in rows])
    return pa.table({name: table[name].cast(types.get(name, table[name].type)) for name in table.column_names})


def test_the_same_rows_either_way(engine: Engine, photos: dict[str, np.ndarray]) -> None:
    pictures = {}
    for name, photo in photos.items():
        for number in range(6):
            crop = photo[number * 8 :, number * 12 :]
            pictures[f"{name}-{number}"] = np.ascontiguousarray(crop)
            pictures[f"{name}-{number}-small"] = resize(np.ascontiguousarray(crop), 100, 150)
    whole = index_of(pictures)
    index, labs = whole.drop_columns("lab"), whole.select(["input", "lab"])

    def thumbnails(inputs: pa.ChunkedArray) -> list[pa.Table]:
        return [labs.filter(pc.is_in(labs["input"], inputs))]

    engine.width  # noqa: B018  # starts what a shuffle needs
    shuffled = near_copies(index, thumbnails, engine.shuffle, shuffle_above=0)
    direct = near_copies(index, thumbnails, engine.shuffle, shuffle_above=1000)
    assert shuffled.num_rows > 0
    assert shuffled.to_pylist() == direct.to_pylist() == near_duplicates(index, thumbnails).to_pylist()
