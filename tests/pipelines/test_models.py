import json
import re
from pathlib import Path

import pytest
import torch

from deepimage.errors import CheckpointError
from deepimage.models import catalog
from deepimage.models.architectures.srvgg import SRVGGNetCompact
from pipelines import models


@pytest.fixture
def published(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    path = tmp_path / "realesr-general-x4v3.pth"
    torch.save({"params": SRVGGNetCompact(4, 8, 2).state_dict()}, path)
    return path


def test_the_list_names_all_that_can_be_asked_for() -> None:
    lines = [entry.line() for entry in models.listing()]
    assert [line.split()[0] for line in lines] == [*catalog.shipped(), *catalog.INTERPOLATORS]
    assert lines[0].startswith("fast-x4 ")
    size = catalog.find("fast-x4").path.stat().st_size  # type: ignore[union-attr]  # a shipped model has a file
    assert f"{size / 1e6:.2f} MB" in lines[0]
    assert re.search(r"instagram [+-]\d\.\d\d dB over Lanczos", lines[0])


def test_info_of_a_shipped_model() -> None:
    told = models.info("fast-x4")
    # head, 10 blocks and tail of 3x3 convolutions, and the bilinear skip, by hand
    weights = 9 * (3 * 48 + 20 * 48 * 48 + 48 * 48)
    assert told.parameters == weights + 22 * 48
    assert told.macs == pytest.approx((weights + 9 * 48) / 16, rel=1e-6)
    text = "\n".join(told.lines())
    for fact in ("437,808", "22 lr pixels", "fp32, bf16, fp16", "steps on 621 photos", told.sha256):
        assert fact in text
    assert json.loads(told.to_json())["facts"]["scale"] == 4


def test_info_of_a_published_file(published: Path) -> None:
    torch.save(torch.load(published), published.with_stem("realesr-general-wdn-x4v3"))
    told = models.info(str(published))
    assert told.licence.startswith("BSD-3-Clause")
    assert told.twins == {"denoise": str(published.with_stem("realesr-general-wdn-x4v3"))}
    assert told.parameters == sum(parameter.numel() for parameter in SRVGGNetCompact(4, 8, 2).parameters())
    assert told.facts.arch == "srvgg"


def test_info_of_an_interpolator() -> None:
    told = models.info("bicubic")
    assert told.parameters == 0
    assert "sha256" not in "\n".join(told.lines())


def test_shipped_models_are_sound() -> None:
    verdicts = list(models.verify())
    assert [verdict.name for verdict in verdicts] == list(catalog.shipped())
    assert all(verdict.sound for verdict in verdicts)


def test_a_changed_or_broken_model_is_told(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut = published.with_stem("cut")
    cut.write_bytes(published.read_bytes()[:500])
    state = SRVGGNetCompact(4, 8, 2).state_dict()
    torch.save({name: weight * 30 for name, weight in state.items()}, published.with_stem("loud"))
    verdicts = list(models.verify([str(published.with_stem(stem)) for stem in ("cut", "loud")]))
    assert [verdict.sound for verdict in verdicts] == [False, False]
    assert "not a readable" in verdicts[0].message
    assert "dB from its input" in verdicts[1].message
    monkeypatch.setattr(catalog, "shipped", lambda: {"fast-x4": "0" * 64})
    (verdict,) = models.verify()
    assert not verdict.sound
    assert "does not match SHA256SUMS" in verdict.message


def test_export_writes_what_was_asked(published: Path, tmp_path: Path) -> None:
    models.export(str(published), tmp_path / "plain.safetensors")
    assert models.info(str(tmp_path / "plain.safetensors")).parameters == models.info(str(published)).parameters
    with pytest.raises(CheckpointError, match="other tools know no residual net"):
        models.export("fast-x4", tmp_path / "a.safetensors")


def test_calibrate_measures_again_and_says_where(published: Path) -> None:
    facts, kept = models.calibrate(published)
    assert kept == published.with_name(f"{published.name}.deepimage.json")
    assert 1 <= facts.halo <= 4
    assert catalog.find(published).facts == facts
    kept.write_text(kept.read_text().replace(f'"halo": {facts.halo}', '"halo": 77'))
    assert catalog.find(published).facts.halo == 77
    assert models.calibrate(published)[0] == facts


def test_calibrate_refuses_what_carries_its_facts(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="carries its halo"):
        models.calibrate(Path(str(catalog.find("fast-x4").path)))
    with pytest.raises(CheckpointError, match="no such file"):
        models.calibrate(tmp_path / "nowhere.pth")
