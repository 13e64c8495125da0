import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepimage.errors import ConfigError, UsageError
from pipelines.blind import KEY, sheets, tally

MODELS = ["nearest", "lanczos"]


@pytest.fixture
def folder(tmp_path: Path, photos: dict[str, np.ndarray]) -> Path:
    (tmp_path / "photos").mkdir()
    for name in ("astronaut", "coffee"):
        enlarged = Image.fromarray(photos[name]).resize((1000, 1000))
        enlarged.save(tmp_path / "photos" / f"{name}.png")
    return tmp_path


def made(folder: Path, count: int = 6) -> Path:
    output = folder / "blind"
    sheets(MODELS, [str(folder / "photos")], ["C0", "C2"], output, count, side=96)
    return output


def test_the_key_says_which_side_is_whose(folder: Path) -> None:
    """Nearest is blocky: on its side neighbours within a cell are (but for the file's own JPEG) equal."""
    output = made(folder)
    key = json.loads((output / KEY).read_text())
    assert len(list(output.glob("*.jpg"))) == len(key) == 6
    assert {entry["A"] for entry in key.values()} == set(MODELS)  # the order is shuffled
    for number, entry in key.items():
        sheet = np.asarray(Image.open(output / f"{int(number):02}.jpg").convert("L")).astype(float)[22:]
        sides = {"A": sheet[:, :96], "B": sheet[:, -96:]}
        steps = {side: np.abs(np.diff(part, axis=1)) for side, part in sides.items()}
        blocky = {side: step[:, 3::4].mean() / (step[:, 1::4].mean() + 1e-6) for side, step in steps.items()}
        assert entry[max(blocky, key=lambda side: blocky[side])] == "nearest"


def test_a_tally_counts_by_model_and_degradation(folder: Path) -> None:
    output = made(folder, 4)
    key = json.loads((output / KEY).read_text())
    votes = {number: "A" if entry["A"] == "lanczos" else "B" for number, entry in key.items()}
    votes["3"] = "="
    answers = folder / "answers.csv"
    answers.write_text("".join(f"{number},{vote.lower()}\n" for number, vote in votes.items()))
    lines = tally(output, answers)
    assert lines[0] in ("all: equal 1, lanczos 3",)
    assert any(line.startswith("C2: ") for line in lines)


def test_two_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / KEY).write_text(json.dumps({"1": {"A": "runs/a/x4.safetensors", "B": "x4", "degradation": "C0"}}))
    (tmp_path / "answers.csv").write_text("1,A\n")
    assert tally(tmp_path, tmp_path / "answers.csv")[0] == "all: runs/a/x4.safetensors 1"


@pytest.mark.parametrize("line", ["9,A", "1,C", "1"])
def test_an_answer_that_is_none_is_refused(folder: Path, line: str) -> None:
    output = made(folder, 2)
    (folder / "answers.csv").write_text(line + "\n")
    with pytest.raises(UsageError, match="expected a number of 1 to 2 and A, B or ="):
        tally(output, folder / "answers.csv")


def test_what_cannot_be_compared_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match="two models"):
        sheets(["lanczos"], [str(folder / "photos")], ["C0"], folder / "blind")
    with pytest.raises(ConfigError, match="degradation C9: unknown"):
        sheets(MODELS, [str(folder / "photos")], ["C9"], folder / "blind")


def test_files_that_are_not_there_are_named(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"key\.json: cannot be read; expected the key"):
        tally(folder, folder / "answers.csv")
    output = made(folder, 2)
    with pytest.raises(UsageError, match=r"answers\.csv: cannot be read; expected lines of NUMBER,A"):
        tally(output, folder / "answers.csv")
