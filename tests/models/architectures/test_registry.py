from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from deepimage.errors import CheckpointError
from deepimage.models.architectures.registry import ARCHITECTURES, build
from deepimage.models.facts import Facts

FACTS = Facts("", 2, halo=0, dtype_ok=("fp32",), features=8, blocks=2, inner=8, unshuffle=2)


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_every_architecture_enlarges_and_comes_back_from_its_file(arch: str, tmp_path: Path) -> None:
    facts = replace(FACTS, arch=arch)
    made = ARCHITECTURES[arch](facts).eval()
    save_file({name: weight.contiguous() for name, weight in made.state_dict().items()}, tmp_path / "a.safetensors")
    opened = build(tmp_path / "a.safetensors", facts)
    lr = torch.rand(1, 3, 8, 12)
    with torch.inference_mode():
        sr = opened(lr)
        assert torch.equal(sr, made(lr))
    assert sr.shape == (1, 3, 16, 24)
    assert sr.dtype == torch.float32
    assert opened.scale == 2


@pytest.mark.parametrize("wrong", [{"arch": "unheard"}, {"features": 9}, {"arch": "rrdb"}, {"blocks": 3}])
def test_weights_of_another_net_are_refused(wrong: dict[str, str | int], tmp_path: Path) -> None:
    facts = replace(FACTS, arch="srvgg")
    weights = {name: weight.contiguous() for name, weight in ARCHITECTURES["srvgg"](facts).state_dict().items()}
    save_file(weights, tmp_path / "a.safetensors")
    with pytest.raises(CheckpointError, match="its weights are not those of a"):
        build(tmp_path / "a.safetensors", replace(facts, **wrong))  # type: ignore[arg-type]
