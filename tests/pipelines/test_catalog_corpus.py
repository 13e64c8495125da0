"""Bad and odd files through the whole job: each gets its own verdict and pixels, and none disturbs another."""

from pathlib import Path

import numpy as np
import pytest
from catalogue import run
from corpus import Case, cases

from deepimage.config import load
from deepimage.image.codec.decode import decode
from pipelines.verify import verify

# An enlargement by one changes nothing, and PNG keeps everything: results are what was decoded.
AS_IT_IS = ["model=nearest", "scale=1", "output.format=png"]


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, object]]]:
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "in").mkdir()
    for case in cases():
        (folder / "in" / case.filename).write_bytes(case.data)
    return folder, run(folder / "in", folder / "out", load(None, ["runtime.engine=local", *AS_IT_IS]))


def test_there_are_many() -> None:
    assert len(cases()) >= 60


@pytest.mark.parametrize("case", cases(), ids=str)
def test_every_case_ends_as_it_must(job: tuple[Path, dict[str, dict[str, object]]], case: Case) -> None:
    folder, rows = job
    row = rows[case.filename]
    if case.filename.startswith("."):
        assert row["status"] == "skipped"  # hidden files are named and left alone
        return
    assert (row["error_code"], row["status"] == "quarantined") == (case.error_code, case.status == "quarantined")
    assert bool(row["error"]) == bool(case.error_code)
    if case.status == "done" and case.pixels is not None:
        result = decode((folder / "out" / str(row["output"])).read_bytes(), load(None).limits)
        assert np.abs(result.pixels.astype(int) - case.pixels)[_visible(case)].max(initial=0) <= case.tolerance
        assert (result.alpha is None) == (case.alpha is None)
    if case.note:
        assert case.note in str(row["note"])


def test_the_books_are_in_order(job: tuple[Path, dict[str, dict[str, object]]]) -> None:
    folder, rows = job
    assert len(rows) == len(cases())
    assert list(verify(str(folder / "out"), str(folder / "in"), load(None))) == []


def _visible(case: Case) -> np.ndarray | slice:
    return slice(None) if case.alpha is None else case.alpha > 0
