"""Every code of the contract has a remedy; every run has a next step."""

import shlex

from deepimage.errors import ERROR_CODES
from deepimage.report.advice import REMEDIES, next_steps, remedy
from deepimage.report.summary import summarize

from .conftest import Run, photo


def test_every_code_has_a_meaning_and_a_remedy() -> None:
    assert set(REMEDIES) == set(ERROR_CODES)
    assert all(meaning and help_ for meaning, help_ in REMEDIES.values())


def test_what_is_no_code_is_not_blamed_on_the_picture() -> None:
    assert "pictures may be fine" in remedy("failed")[0]


def test_trouble_comes_first_and_verify_last(run: Run) -> None:
    steps = next_steps(summarize(run.manifest, "run-2", 1.0), "s3://shop/out")
    assert "2 pictures that failed" in steps[0].text
    assert "33 files" in steps[1].text
    assert "9 near copies" in steps[2].text
    assert steps[-1].command == "deepimage verify s3://shop/out"


def test_a_clean_run_leaves_looking_and_checking() -> None:
    run = Run()
    run.restore("a.jpg", photo(0))
    steps = next_steps(summarize(run.manifest, "run-2", 1.0), "out")
    assert [step.see or step.command for step in steps] == ["Before and after", "deepimage verify out"]


def test_the_command_survives_a_hostile_folder() -> None:
    folder = "my 'photos'; rm -rf $HOME"
    command = next_steps(summarize(list, "run-2", 1.0), folder)[-1].command
    assert shlex.split(command or "") == ["deepimage", "verify", folder]
