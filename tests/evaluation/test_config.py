"""What an evaluation can be told, and how mistakes are answered."""

from pathlib import Path

import pytest

from deepimage.config import read
from deepimage.errors import ConfigError
from deepimage.evaluation.config import Evaluation

CONFIGS = Path(__file__).parents[2] / "configs"
_LEAST = ["pictures=[in]", "output=out", "systems=[bicubic]"]


@pytest.mark.parametrize("name", ["evaluate.yaml", "evaluate-quick.yaml"])
def test_the_sample_files_are_valid(name: str) -> None:
    config = read(Evaluation, CONFIGS / name)
    assert "fast-x4" in [system.name for system in config.systems]
    assert config.degradations
    assert not any(path.startswith("/") for path in (*config.pictures, config.output))


def test_a_system_is_a_name_a_file_or_a_recipe() -> None:
    systems = "systems=[bicubic, some/where/net.pth, {model: fast-x4, fidelity: 1}, {name: half, model: fast-x4}]"
    config = read(Evaluation, None, [*_LEAST, systems])
    assert [system.name for system in config.systems] == ["bicubic", "net", "fast-x4", "half"]
    assert [system.fidelity for system in config.systems] == [0.5, 0.5, 1, 0.5]


def test_what_is_measured_follows_from_originals_and_files() -> None:
    blind = read(Evaluation, None, _LEAST)
    assert (blind.has_hr, blind.measured, blind.ranked_by) == (
        False,
        ("piqe", "checkerboard", "consistency"),
        "consistency",
    )
    pairs = read(Evaluation, None, [*_LEAST, "against_hr=hr", "lpips=file"])
    assert pairs.has_hr
    assert "psnr_y" in pairs.measured
    assert (pairs.ranked_by, "niqe" in pairs.measured) == ("lpips", False)
    few = read(Evaluation, None, [*_LEAST, "degradations=[C0]", "metrics=[ssim_y, psnr_y]"])
    assert (few.measured, few.ranked_by) == (("psnr_y", "ssim_y"), "psnr_y")


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("pictures=[]", "at least 1 item"),
        ("systems=[]", "at least 1 item"),
        ("systems=[bicubic, bicubic]", "the name bicubic is taken"),
        ("systems=[original]", "the name original is taken"),
        ("systems=[{model: bicubic, scale: 2}]", "scale of bicubic: all systems share"),
        ("systems=[{model: bicubic, fidelty: 1}]", "fidelty: unknown key"),
        ("degradations=[C9]", "C9 is none of"),
        ("metrics=[pnsr_y]", "did you mean psnr_y?"),
        ("metrics=[psnr_y]", "psnr_y cannot be measured: it needs an original"),
        ("metrics=[niqe]", "niqe cannot be measured: it needs its file"),
        ("focus=lanczos", "lanczos is none of the systems bicubic"),
        ("scale=0", "greater than or equal to 1"),
    ],
)
def test_mistakes_are_named_in_one_line(override: str, words: str) -> None:
    with pytest.raises(ConfigError) as error:
        read(Evaluation, None, [*_LEAST, override])
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_degradations_and_originals_exclude_each_other() -> None:
    with pytest.raises(ConfigError, match="exclude each other"):
        read(Evaluation, None, [*_LEAST, "degradations=[C0]", "against_hr=hr"])
