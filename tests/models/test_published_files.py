"""Strangers' files: every one works or gets its sentence, and none runs anything."""

import os
import pickle
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from deepimage.errors import CheckpointError
from deepimage.models import checkpoint
from deepimage.models.architectures.rrdb import RRDBNet
from deepimage.models.published.files import shapes, weights

from .published_nets import as_esrgan, rrdb, save, srvgg


class Hostile:
    """Writes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.mark}",)


def refusal(path: Path) -> str:
    with pytest.raises(CheckpointError) as refused:
        checkpoint.load(path)
    assert "\n" not in str(refused.value)
    assert str(path) in str(refused.value)
    return str(refused.value)


@pytest.fixture
def net() -> RRDBNet:
    return rrdb()


@pytest.mark.parametrize("suffix", [".pth", ".ckpt", ".pt"])
@pytest.mark.parametrize("zipped", [True, False])
def test_pickled_weights_of_every_age_are_those_of_the_net(
    net: RRDBNet, tmp_path: Path, suffix: str, zipped: bool
) -> None:
    content = {"params": {}, "params_ema": as_esrgan(net), "iter": 400_000}
    torch.save(content, tmp_path / f"old{suffix}", _use_new_zipfile_serialization=zipped)
    opened = checkpoint.load(tmp_path / f"old{suffix}")
    lr = torch.rand(1, 3, 8, 8)
    with torch.inference_mode():
        assert torch.equal(opened.generator(lr), net(lr))
    assert (opened.facts.arch, opened.facts.scale, opened.facts.halo) == ("rrdb", 4, net.halo)


def test_shapes_are_read_alike_from_both_kinds_of_file(net: RRDBNet, tmp_path: Path) -> None:
    torch.save(net.state_dict(), tmp_path / "a.pth")
    assert shapes(tmp_path / "a.pth") == shapes(save(net, tmp_path / "a.safetensors"))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_files_run_in_float32(net: RRDBNet, tmp_path: Path, dtype: torch.dtype) -> None:
    half = net.to(dtype)
    torch.save(half.state_dict(), tmp_path / "a.pth")
    for path in (save(half, tmp_path / "a.safetensors"), tmp_path / "a.pth"):
        generator = checkpoint.load(path).generator
        assert {parameter.dtype for parameter in generator.parameters()} == {torch.float32}
        assert torch.equal(generator.state_dict()["conv_hr.weight"], half.conv_hr.weight.float())


@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle_that_wants_to_run_code_is_refused_and_does_not_run(
    net: RRDBNet, tmp_path: Path, zipped: bool
) -> None:
    mark = tmp_path / "it-ran"
    content = {"params_ema": net.state_dict(), "extra": Hostile(mark)}
    torch.save(content, tmp_path / "bad.pth", _use_new_zipfile_serialization=zipped)
    message = refusal(tmp_path / "bad.pth")
    assert "refused, for it asks to run posix.system where only weights belong" in message
    assert not mark.exists()
    if not zipped:
        return
    torch.load(tmp_path / "bad.pth", weights_only=False)  # the file is truly hostile
    assert mark.exists()


def test_a_bare_pickle_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "bad.pth").write_bytes(pickle.dumps(Hostile(tmp_path / "it-ran")))
    assert "more than weights; ask for a .safetensors file" in refusal(tmp_path / "bad.pth")
    assert not (tmp_path / "it-ran").exists()


def test_a_torchscript_archive_is_a_program(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "net.pt", "w") as archive:
        archive.writestr("net/code/__torch__.py", "class Net(Module): ...")
        archive.writestr("net/constants.pkl", b"")
    assert "a TorchScript archive, which is a program" in refusal(tmp_path / "net.pt")


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.99])
def test_a_truncated_file(net: RRDBNet, tmp_path: Path, suffix: str, share: float) -> None:
    path = tmp_path / f"net{suffix}"
    if suffix == ".pth":
        torch.save(net.state_dict(), path)
    else:
        save(net, path)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    assert "not a readable" in refusal(path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ([1, 2], "not a readable file of weights"),
        (torch.zeros(3), "not a readable file of weights"),
        ({"epoch": 3}, "holds no weights"),
        ({}, "holds no weights"),
        ({1: torch.zeros(2)}, "architecture"),
    ],
)
def test_a_file_without_a_generator_s_weights(tmp_path: Path, content: object, sentence: str) -> None:
    torch.save(content, tmp_path / "odd.pth")
    assert sentence in refusal(tmp_path / "odd.pth")


def test_no_pickle_at_all(tmp_path: Path) -> None:
    (tmp_path / "photo.pth").write_bytes(b"\xff\xd8\xff\xe0 a photo by another name")
    assert "not a readable file of weights" in refusal(tmp_path / "photo.pth")


def test_right_names_with_wrong_shapes(tmp_path: Path) -> None:
    wrong = dict(weights(save(srvgg(), tmp_path / "a.safetensors")))
    wrong["body.2.weight"] = torch.zeros(8, 7, 3, 3)
    save_file(wrong, tmp_path / "b.safetensors")
    assert "its weights are not those of a srvgg generator" in refusal(tmp_path / "b.safetensors")


def test_a_net_for_grey_pictures(tmp_path: Path) -> None:
    grey = RRDBNet(4, 8, 1, 4, channels=1)
    assert "made for 1 channels" in refusal(save(grey, tmp_path / "grey.safetensors"))
