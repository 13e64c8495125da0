"""Pictures, errors and copies are shown with their names, bounded, and with a way to the rest."""

import html
import re
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deepimage.report import exhibits
from deepimage.report.selection import PICTURES, Selection, select
from deepimage.report.summary import Summary, summarize
from deepimage.storage.schema import MANIFEST

from .conftest import Run


@pytest.fixture
def summary(run: Run) -> Summary:
    return summarize(run.manifest, "run-2", 10.0)


@pytest.fixture
def selection(run: Run) -> Selection:
    return select(run.manifest)


def test_every_slider_has_two_pictures_and_a_name(run: Run, selection: Selection) -> None:
    text = exhibits.gallery(selection, run.pictures)
    assert text.count('type="range"') == PICTURES
    assert text.count("data:image/jpeg;base64,") == 2 * PICTURES
    assert len(re.findall(r'aria-label="Part before, [^"]', text)) == PICTURES
    assert "60 × 40 → 240 × 160" in text
    assert text.index("Least consistent first") < text.index("Drawn by chance")


def test_no_pictures_no_gallery(run: Run, selection: Selection) -> None:
    run.inputs.clear()
    assert exhibits.gallery(selection, run.pictures) == ""


def test_every_error_is_named_with_its_remedy(summary: Summary, selection: Selection) -> None:
    text = exhibits.errors(summary, selection)
    assert text.count("<details>") == 3
    assert text.count("broken/") == 20  # the message does not repeat the name
    assert "&lt;b&gt;text&lt;/b&gt;" in text


def test_the_command_lists_every_name(run: Run, summary: Summary, selection: Selection, tmp_path: Path) -> None:
    (tmp_path / "manifest").mkdir()
    pq.write_table(pa.Table.from_pylist(run.rows, MANIFEST), tmp_path / "manifest" / "part.parquet")
    (command,) = re.findall(r"<pre>(.*?)</pre>", exhibits.errors(summary, selection))
    line = html.unescape(command).replace("python", sys.executable, 1)
    listed = subprocess.run(
        line, shell=True, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert listed.split() == [f"broken/{index:02}.jpg" for index in range(25)]


def test_a_code_that_is_no_word_makes_no_command(run: Run) -> None:
    for index in range(30):
        run.add(f"odd/{index}", "failed", error_code="'; rm -rf / #", error="?")
    text = exhibits.errors(summarize(run.manifest, "run-2", 1.0), select(run.manifest))
    assert text.count("<pre>") == 1


def test_identical_files_share_a_thumbnail_and_near_copies_have_their_own(
    run: Run, summary: Summary, selection: Selection
) -> None:
    text = exhibits.copies(summary, selection, run.pictures)
    same, similar = text.split("Nearly the same picture: 9")
    assert same.count("<img") == 1
    assert "and 8 more" in same
    assert similar.count("<img") == 3 * (1 + 3)


def test_a_copy_that_is_gone_leaves_an_empty_frame(run: Run, summary: Summary, selection: Selection) -> None:
    del run.inputs["mem://shop/000.jpg"]
    text = exhibits.copies(summary, selection, run.pictures)
    assert text.count('<span class="thumb">') == 2


def test_nothing_to_show_shows_nothing(summary: Summary) -> None:
    empty = summarize(list, "run-2", 1.0)
    assert exhibits.errors(empty, Selection()) == ""
    assert exhibits.copies(empty, Selection(), Run().pictures) == ""
