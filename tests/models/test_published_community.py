"""Architectures of spandrel: refused with advice where it is absent or broken, run where it is there."""

import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from torch import library

from deepimage.config import Tiling
from deepimage.errors import CheckpointError
from deepimage.models import checkpoint
from deepimage.models.published import community
from deepimage.models.restorer import Restorer

FOREIGN = {"layers.0.blocks.0.attn.qkv.weight": torch.zeros(6, 2)}


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    torch.save(FOREIGN, tmp_path / "foreign.pth")
    return tmp_path / "foreign.pth"


def test_without_spandrel_the_extra_is_named(foreign: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spandrel", None)  # as if it were not installed
    with pytest.raises(CheckpointError, match=r"pip install 'deepimage\[community\]'"):
        checkpoint.load(foreign)


@pytest.mark.parametrize(
    "error",
    [RuntimeError("operator torchvision::nms does not exist"), ModuleNotFoundError("No module", name="torchvision")],
)
def test_a_torchvision_of_another_torch_is_explained(
    foreign: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(name: str) -> ModuleType:
        raise error

    monkeypatch.setattr(community, "import_module", broken)
    with pytest.raises(CheckpointError) as refused:
        checkpoint.load(foreign)
    assert f"install the torchvision that was made for torch {torch.__version__}" in str(refused.value)


@pytest.fixture(scope="module")
def spandrel() -> ModuleType:
    if find_spec("spandrel") is None:
        pytest.skip("no spandrel: pip install 'deepimage[community]'")
    try:
        import spandrel
    except RuntimeError:  # torchvision was made for another torch; no net here needs what it lacks
        for name in [name for name in sys.modules if name.split(".")[0] in ("torchvision", "spandrel")]:
            del sys.modules[name]
        for lacking in ("nms", "qnms"):
            library.define("torchvision::" + lacking, "(Tensor boxes, Tensor scores, float threshold) -> Tensor")
        import spandrel
    return spandrel


def test_an_unknown_architecture(foreign: Path, spandrel: ModuleType) -> None:
    with pytest.raises(CheckpointError, match="no architecture that deepimage knows"):
        checkpoint.load(foreign)


def test_span_runs_in_tiles_as_spandrel_runs_it_whole(tmp_path: Path, spandrel: ModuleType) -> None:
    from spandrel.architectures.SPAN import SPAN

    torch.manual_seed(0)
    net = SPAN(num_in_ch=3, num_out_ch=3, feature_channels=16, upscale=2, norm=False)
    torch.save(net.state_dict(), tmp_path / "span.pth")
    opened = checkpoint.load(tmp_path / "span.pth")
    assert (opened.facts.arch, opened.facts.scale) == ("spandrel/SPAN", 2)
    assert (tmp_path / "span.pth.deepimage.json").exists()

    lr = np.random.default_rng(0).integers(0, 256, (131, 170, 3), dtype=np.uint8)
    expected = spandrel.ModelLoader().load_from_file(tmp_path / "span.pth")(
        torch.from_numpy(lr.copy()).permute(2, 0, 1)[None] / 255
    )[0]
    tiled = Restorer(opened, precision="fp32", tiling=Tiling(tile=80)).restore(lr)
    assert np.abs(tiled.transpose(2, 0, 1) - expected.numpy() * 255).max() <= 1.5


def test_a_net_that_fills_holes_is_none_for_photos(tmp_path: Path, spandrel: ModuleType) -> None:
    from spandrel.architectures.LaMa import LaMa

    torch.save(LaMa().state_dict(), tmp_path / "lama.pth")
    with pytest.raises(CheckpointError, match="made for Inpainting"):
        checkpoint.load(tmp_path / "lama.pth")


def test_what_runs_can_be_learned_from(tmp_path: Path, spandrel: ModuleType) -> None:
    """A community net can teach: its answer is an ordinary tensor."""
    from spandrel.architectures.Compact import Compact

    net = Compact(num_feat=8, num_conv=1, upscale=2)
    teacher, _ = community.open_community(tmp_path / "none.pth", net.state_dict())
    student = torch.nn.Parameter(torch.zeros(1, 3, 8, 8))
    with torch.no_grad():
        target = teacher(torch.rand(1, 3, 4, 4))
    (student - target).square().mean().backward()
    assert student.grad is not None
