"""The right rows are chosen, in any order of reading, and never more than a few."""

import math
from collections.abc import Iterator

import pyarrow as pa
import pytest

from deepimage.report.selection import EXAMPLES, GROUPS, MEMBERS, PICTURES, WORST, select
from deepimage.storage.schema import MANIFEST

from .conftest import Run, photo


def _names(rows: list[dict[str, object]]) -> list[object]:
    return [row["input"] for row in rows]


def test_the_worst_come_first_and_the_sample_is_of_others(run: Run) -> None:
    selection = select(run.manifest)
    ranked = sorted(run.with_status("done"), key=lambda row: (row["consistency_db"], row["input"]))
    assert _names(selection.worst) == _names(ranked[:WORST])
    assert len(selection.sample) == PICTURES - WORST
    assert not set(_names(selection.sample)) & set(_names(selection.worst))


def test_order_and_batches_do_not_matter_but_the_seed_does(run: Run) -> None:
    backwards = pa.Table.from_pylist(run.rows[::-1], MANIFEST).to_batches(max_chunksize=7)
    assert select(lambda: backwards) == select(run.manifest)
    assert _names(select(run.manifest, seed=1).sample) != _names(select(run.manifest, seed=2).sample)


def test_errors_have_the_first_names_of_every_code(run: Run) -> None:
    errors = select(run.manifest).errors
    assert set(errors) == {"E_NOT_IMAGE", "E_EMPTY", "failed"}
    assert _names(errors["E_NOT_IMAGE"]) == [f"broken/{index:02}.jpg" for index in range(EXAMPLES)]


def test_groups_are_complete_in_number_and_few_in_names(run: Run) -> None:
    (group,) = select(run.manifest).exact
    assert (group.canonical, group.size) == ("shop/000.jpg", 13)
    assert group.others == [f"again/{index:02}.jpg" for index in range(MEMBERS)]


def test_only_the_first_groups_are_kept_and_each_with_all_its_copies() -> None:
    run = Run()
    for index in range(300):
        run.add(f"copy/{index}.jpg", "aliased", duplicate_of=f"canonical/{(index * 37) % 30:02}.jpg")
    groups = select(run.manifest).exact
    assert [group.canonical for group in groups] == [f"canonical/{index:02}.jpg" for index in range(GROUPS)]
    assert {group.size for group in groups} == {11}


def test_members_are_found_wherever_their_rows_are(run: Run) -> None:
    selection = select(run.manifest)
    assert selection.members["shop/000.jpg"]["uri"] == "mem://shop/000.jpg"
    assert set(selection.members) == {name for group in selection.exact + selection.near for name in group.names}


def test_no_figure_is_no_reason_to_call_a_picture_bad() -> None:
    run = Run()
    for index, value in enumerate((None, math.nan, math.inf, 20.0)):
        run.restore(f"{index}.jpg", photo(0), consistency_db=value)
    selection = select(run.manifest)
    assert _names(selection.worst) == ["3.jpg"]
    assert sorted(_names(selection.sample), key=str) == ["0.jpg", "1.jpg", "2.jpg"]


def test_a_result_too_large_to_look_at_is_left_out() -> None:
    run = Run()
    run.restore("huge.jpg", photo(0), output_width=50_000, output_height=50_000)
    assert select(run.manifest).worst == []


@pytest.mark.parametrize("number", [20_000])
def test_what_is_kept_does_not_grow_with_the_manifest(run: Run, number: int) -> None:
    row = run.named("shop/005.jpg")

    def manifest() -> Iterator[pa.RecordBatch]:
        for start in range(0, number, 5000):
            rows = [
                row | {"input": f"{index}.jpg", "duplicate_of": f"{index}x"} for index in range(start, start + 5000)
            ]
            yield from pa.Table.from_pylist(rows, MANIFEST).to_batches()

    selection = select(manifest)
    assert len(selection.worst) + len(selection.sample) == PICTURES
    assert len(selection.exact) == GROUPS
