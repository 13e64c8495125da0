from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from deepimage.errors import CheckpointError
from deepimage.models.facts import Facts, dumps, loads, read, to_metadata

FACTS = Facts("unet", 2, halo=40, dtype_ok=("fp32", "fp16"), inner=96, unshuffle=2, licence="CC0", psnr_gain={"a": 0.5})


def test_facts_come_back_from_a_file(tmp_path: Path) -> None:
    save_file({"w": torch.zeros(1)}, tmp_path / "a.safetensors", to_metadata(FACTS))
    assert read(tmp_path / "a.safetensors") == FACTS


def test_a_file_of_others_has_none(tmp_path: Path) -> None:
    save_file({"w": torch.zeros(1)}, tmp_path / "a.safetensors", {"format": "pt"})
    assert read(tmp_path / "a.safetensors") is None


def test_facts_that_an_older_version_wrote_are_completed() -> None:
    old = '{"arch": "residual", "scale": 4, "halo": 18, "dtype_ok": ["fp32"]}'
    assert loads(old) == Facts("residual", 4, 18, ("fp32",))


def test_facts_that_a_later_version_wrote_are_left_aside() -> None:
    assert loads(dumps(FACTS).replace("{", '{"colour": "sRGB", ', 1)) == FACTS


@pytest.mark.parametrize("text", ["", "[]", "{}", "7", '{"arch": "residual", "dtype_ok": 1}', '{"dtype_ok": ["fp32"]}'])
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="not the facts"):
        loads(text)


@pytest.mark.parametrize("content", [b"", b"\x00" * 7, b"\xff\xd8\xff\xe0", b"{}" * 100])
def test_a_file_that_is_no_safetensors(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.safetensors").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"not a readable \.safetensors file"):
        read(tmp_path / "a.safetensors")
