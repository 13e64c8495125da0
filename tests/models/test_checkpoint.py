import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from deepimage.errors import CheckpointError
from deepimage.models import catalog, checkpoint
from deepimage.models.catalog import shipped
from deepimage.models.facts import Facts
from deepimage.models.generator import Generator

FACTS = Facts("residual", 2, halo=4, dtype_ok=("fp32", "bf16"), features=8, blocks=1, psnr_gain={"instagram": 0.5})


@pytest.fixture
def generator() -> Generator:
    torch.manual_seed(0)
    made = Generator("residual", 2, 8, 1)
    torch.nn.init.normal_(made.tail.weight)
    return made


@pytest.fixture
def path(tmp_path: Path, generator: Generator) -> Path:
    checkpoint.save(tmp_path / "mine.safetensors", generator, FACTS, torch.float32)
    return tmp_path / "mine.safetensors"


def refusal(name: str | Path) -> str:
    with pytest.raises(CheckpointError) as refused:
        checkpoint.load(name)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_round_trip(path: Path, generator: Generator) -> None:
    opened = checkpoint.load(path)
    lr = torch.rand(1, 3, 8, 8)
    assert torch.equal(opened.generator(lr), generator(lr))
    assert opened.name == "mine"
    assert opened.facts == FACTS
    assert opened.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_same_weights_give_the_same_file(path: Path, generator: Generator) -> None:
    before = path.read_bytes()
    checkpoint.save(path, generator, FACTS, torch.float32)
    assert path.read_bytes() == before


def test_half_precision_halves_the_file_and_hardly_moves_the_result(path: Path, generator: Generator) -> None:
    half = path.with_name("half.safetensors")
    checkpoint.save(half, generator, FACTS)
    lr = torch.rand(1, 3, 8, 8)
    assert half.stat().st_size < 0.6 * path.stat().st_size + 1000
    torch.testing.assert_close(checkpoint.load(half).generator(lr), generator(lr), rtol=0, atol=0.005)


def test_every_shipped_checkpoint_opens_and_is_the_published_file() -> None:
    assert "fast-x4" in shipped()
    for name, sha256 in shipped().items():
        opened = checkpoint.load(name)
        assert opened.sha256 == sha256
        assert opened.facts.halo == opened.generator.halo
        assert opened.facts.scale == opened.generator.scale


def test_an_unknown_name_lists_the_known_and_the_nearest() -> None:
    message = refusal("fast-4x")
    assert "known: " in message
    assert message.endswith("did you mean fast-x4?")


def test_a_missing_file() -> None:
    assert "no such file" in refusal("nowhere/net.safetensors")


@pytest.mark.parametrize("length", [0, 7, 100, -1])
def test_a_damaged_file(path: Path, length: int) -> None:
    path.write_bytes(path.read_bytes()[:length])
    assert "not a readable .safetensors file" in refusal(path)


def test_a_foreign_file(tmp_path: Path) -> None:
    save_file({"weight": torch.zeros(3)}, tmp_path / "foreign.safetensors")
    assert "architecture" in refusal(tmp_path / "foreign.safetensors")


@pytest.mark.parametrize("facts", ["", "[]", "{}", '{"arch": "residual", "dtype_ok": 1}'])
def test_damaged_facts(tmp_path: Path, facts: str) -> None:
    save_file({"weight": torch.zeros(3)}, tmp_path / "odd.safetensors", {"deepimage": facts})
    assert "facts are damaged" in refusal(tmp_path / "odd.safetensors")


@pytest.mark.parametrize("facts", [{"arch": "unheard"}, {"features": 9}])
def test_weights_of_another_net(tmp_path: Path, generator: Generator, facts: dict[str, str | int]) -> None:
    checkpoint.save(tmp_path / "other.safetensors", generator, replace(FACTS, **facts))
    assert "its weights are not those of" in refusal(tmp_path / "other.safetensors")


def test_facts_of_a_later_version_are_left_aside(path: Path, generator: Generator) -> None:
    raw = path.read_bytes()
    assert raw.count(b'\\"blocks\\"') == 1
    path.write_bytes(raw.replace(b'\\"steps\\"', b'\\"later\\"'))
    assert checkpoint.load(path).facts.steps == 0


def test_a_shipped_file_that_was_changed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "shipped", lambda: {"fast-x4": "0" * 64})
    assert "does not match SHA256SUMS" in refusal("fast-x4")


def test_interpolated_weights_are_those_of_the_two_nets(generator: Generator) -> None:
    a = generator.state_dict()
    b = {name: torch.randn_like(weight) for name, weight in a.items()}
    for share in (0.0, 0.5, 1.0):
        mixed = checkpoint.interpolate(a, b, share)
        for name, weight in mixed.items():
            torch.testing.assert_close(weight, share * a[name] + (1 - share) * b[name], rtol=0, atol=0)
    assert torch.equal(checkpoint.interpolate(a, b, 1)["tail.weight"], a["tail.weight"])
    assert torch.equal(checkpoint.interpolate(a, b, 0)["tail.weight"], b["tail.weight"])


def test_tables_of_indices_are_not_interpolated() -> None:
    index = {"index": torch.tensor([3, 7, 11])}
    assert torch.equal(checkpoint.interpolate(index, index, 0.1)["index"], index["index"])


def test_weights_of_unlike_nets_are_not_interpolated(generator: Generator) -> None:
    with pytest.raises(ValueError, match="two different nets"):
        checkpoint.interpolate(generator.state_dict(), Generator("residual", 2, 8, 2).state_dict(), 0.5)
