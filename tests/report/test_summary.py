"""The summary agrees with a plain count over the rows, in whatever batches they come."""

import io
import json
import os
import pty

import pyarrow as pa
import pytest

from deepimage.report.summary import Summary, show, summarize
from deepimage.storage.schema import MANIFEST

from .conftest import Run, photo


@pytest.fixture
def summary(run: Run) -> Summary:
    return summarize(run.manifest, "run-2", 10.0)


def test_statuses_and_errors_are_counted(summary: Summary) -> None:
    assert summary.statuses == {"done": 209, "aliased": 12, "skipped": 6, "quarantined": 33, "failed": 2}
    assert list(summary.errors.items()) == [("E_NOT_IMAGE", 25), ("E_EMPTY", 8), ("failed", 2)]
    assert summary.images == 262
    assert (summary.exact_duplicates, summary.near_duplicates) == (12, 9)


def test_sums_agree_with_the_rows(run: Run, summary: Summary) -> None:
    done = run.with_status("done")
    assert summary.megapixels_in == pytest.approx(sum(row["megapixels"] for row in done))
    assert summary.megapixels_out == pytest.approx(16 * summary.megapixels_in)
    assert summary.output_bytes == sum(map(len, run.outputs.values()))
    assert summary.seconds["fetch"] == pytest.approx(0.25 * 262)
    assert summary.seconds["restore"] == pytest.approx(2.0 * 221)


def test_speed_counts_what_this_run_restored(run: Run, summary: Summary) -> None:
    own = [row["megapixels"] for row in run.with_status("done") if row["run_id"] == "run-2"]
    assert 0 < len(own) < summary.statuses["done"]
    assert summary.megapixels_per_second == pytest.approx(16 * sum(own) / 10.0)


def test_model_and_recipe_are_found_in_rows_that_have_them(summary: Summary) -> None:
    assert summary.model == "lanczos"
    assert summary.recipe_digest == "d" * 64


def test_batches_do_not_matter(run: Run, summary: Summary) -> None:
    whole = pa.Table.from_pylist(run.rows[::-1], MANIFEST).to_batches()
    again = summarize(lambda: whole, "run-2", 10.0)
    assert again.errors == summary.errors
    assert again.megapixels_out == pytest.approx(summary.megapixels_out)


def test_a_result_of_two_thousand_megapixels_does_not_overflow(run: Run) -> None:
    run.restore("huge.tif", photo(0), output_width=60_000, output_height=60_000)
    assert summarize(run.manifest, "run-2", 1.0).megapixels_out > 3600


@pytest.mark.parametrize(
    ("status", "code"), [("done", 0), ("aliased", 0), ("skipped", 0), ("quarantined", 3), ("failed", 3)]
)
def test_exit_code(status: str, code: int) -> None:
    run = Run()
    run.add("a.jpg", status)
    assert summarize(run.manifest, "run-2", 1.0).exit_code == code


def test_an_empty_run_is_a_good_one() -> None:
    summary = summarize(list, "run-2", 0.0)
    assert (summary.images, summary.exit_code, summary.megapixels_per_second) == (0, 0, 0.0)
    assert summary.lines()


def test_json_holds_every_figure(summary: Summary) -> None:
    facts = json.loads(summary.to_json())
    assert facts["statuses"]["quarantined"] == 33
    assert (facts["exit_code"], facts["images"], facts["run_id"]) == (3, 262, "run-2")


def test_plain_lines_where_there_is_no_terminal(summary: Summary) -> None:
    stream = io.StringIO()
    show(summary, stream)
    assert stream.getvalue().splitlines() == summary.lines()
    assert "E_NOT_IMAGE 25, E_EMPTY 8, failed 2" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_a_table_on_a_terminal(summary: Summary) -> None:
    main, side = pty.openpty()
    with os.fdopen(side, "w") as stream:
        show(summary, stream)
        shown = os.read(main, 65536).decode()
    os.close(main)
    assert "\x1b[1m" in shown
    assert "quarantined" in shown


def test_hostile_codes_are_text(run: Run) -> None:
    run.add("x.jpg", "failed", error_code="[red]\x1b[31m\n", error="?")
    assert r"[red]\x1b[31m\n 1" in "\n".join(summarize(run.manifest, "run-2", 1.0).lines())
