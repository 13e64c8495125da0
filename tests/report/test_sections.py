"""The text parts say what the summary says."""

import re

import pytest

from deepimage.report import sections
from deepimage.report.summary import Summary, summarize

from .conftest import Run, photo


@pytest.fixture
def summary(run: Run) -> Summary:
    return summarize(run.manifest, "run-2", 10.0)


def test_the_title_counts_results(summary: Summary) -> None:
    assert sections.title(summary) == "221 of 262 pictures restored"


def test_the_title_of_a_clean_run() -> None:
    run = Run()
    run.restore("a.jpg", photo(0))
    assert sections.title(summarize(run.manifest, "run-2", 1.0)) == "1 picture restored"


def test_the_bar_shows_every_status_that_occurs(summary: Summary) -> None:
    html = sections.headline(summary)
    widths = [float(width) for width in re.findall(r'<rect[^>]* width="([\d.]+)"', html)]
    assert len(widths) == 5
    assert min(widths) >= 5
    assert widths[0] == pytest.approx(1000 * 209 / 262, abs=0.1)


def test_steps_of_no_time_draw_no_chart() -> None:
    assert "<table" not in sections.speed(summarize(list, "run-2", 1.0))


def test_the_chart_is_in_proportion(summary: Summary) -> None:
    html = sections.speed(summary)
    widths = [float(width) for width in re.findall(r'<rect[^>]* width="([\d.]+)"', html)]
    assert widths[2] == 100.0
    assert widths[1] == pytest.approx(25.0)


def test_next_steps_link_to_sections(summary: Summary) -> None:
    html = sections.next_steps(summary, "out dir")
    assert 'href="#not-restored"' in html
    assert "deepimage verify &#x27;out dir&#x27;" in html


def test_the_recipe_is_told_as_given(summary: Summary) -> None:
    html = sections.recipe(summary, {"scale": "4", "<b>": "<i>"})
    assert "<dt>scale</dt><dd>4</dd>" in html
    assert "<dt>&lt;b&gt;</dt><dd>&lt;i&gt;</dd>" in html
    assert "lanczos" in html
