from importlib.util import find_spec
from pathlib import Path

import pytest
import torch

from deepimage.errors import CheckpointError
from deepimage.models import checkpoint
from deepimage.models.architectures.registry import ARCHITECTURES
from deepimage.models.checkpoint import Checkpoint
from deepimage.models.facts import Facts
from deepimage.models.published.export import export

from .published_nets import rrdb, save, srvgg


@pytest.mark.parametrize(
    "net", [srvgg(2), srvgg(4), rrdb(4, growth=32), rrdb(2, 2, growth=32)], ids=["c2", "c4", "r4", "r2"]
)
def test_plain_weights_come_back_as_the_same_net(net: torch.nn.Module, tmp_path: Path) -> None:
    opened = checkpoint.load(save(net, tmp_path / "a.safetensors"))
    export(opened, tmp_path / "b.safetensors")
    again = checkpoint.load(tmp_path / "b.safetensors")
    lr = torch.rand(1, 3, 12, 8)
    with torch.inference_mode():
        assert torch.equal(again.generator(lr), net(lr))
    assert again.facts == opened.facts


@pytest.mark.parametrize("suffix", [".onnx", ".safetensors"])
def test_an_interpolator_has_nothing_to_export(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(CheckpointError, match="has no weights"):
        export(checkpoint.load("lanczos"), tmp_path / f"a{suffix}")


def test_our_own_nets_are_known_to_no_other_tool(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"other tools know no residual net .* export it as \.onnx"):
        export(checkpoint.load("fast-x4"), tmp_path / "a.safetensors")
    with pytest.raises(CheckpointError, match="other tools know no rrdb net"):  # spandrel builds growth 32 alone
        export(checkpoint.load(save(rrdb(growth=4), tmp_path / "b.safetensors")), tmp_path / "c.safetensors")
    assert not (tmp_path / "a.safetensors").exists()


def test_an_unknown_form(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"ends in \.onnx or \.safetensors"):
        export(checkpoint.load("fast-x4"), tmp_path / "a.pt")


@pytest.mark.skipif(find_spec("onnx") is not None, reason="onnx is installed")
def test_without_onnx_its_extra_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"pip install 'deepimage\[export\]'"):
        export(checkpoint.load("fast-x4"), tmp_path / "a.onnx")


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_onnx_gives_the_same_pixels_at_any_size(arch: str, tmp_path: Path) -> None:
    if find_spec("onnx") is None:
        pytest.skip("no onnx: pip install 'deepimage[export]'")
    runtime = pytest.importorskip("onnxruntime")
    facts = Facts(arch, 2, 4, ("fp32",), features=8, blocks=2, inner=8, unshuffle=2, multiple_of=4)
    torch.manual_seed(0)
    generator = ARCHITECTURES[arch](facts).eval()
    for parameter in generator.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    export(Checkpoint("net", generator, facts, "0" * 64), tmp_path / "net.onnx")
    session = runtime.InferenceSession(str(tmp_path / "net.onnx"), providers=["CPUExecutionProvider"])
    assert session.get_modelmeta().custom_metadata_map["multiple_of"] == "4"
    for shape in [(1, 3, 8, 12), (2, 3, 20, 4)]:
        lr = torch.rand(shape)
        (sr,) = session.run(None, {"lr": lr.numpy()})
        with torch.inference_mode():
            torch.testing.assert_close(torch.from_numpy(sr), generator(lr), rtol=1e-4, atol=1e-5)
