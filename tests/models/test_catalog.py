"""Names, and the dials that mix a model with its twin."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch

from deepimage.config import load
from deepimage.errors import CheckpointError
from deepimage.models import catalog, checkpoint
from deepimage.models.catalog import find, twin
from deepimage.models.facts import Facts
from deepimage.models.generator import Generator
from deepimage.models.published.licences import LICENCES
from deepimage.stages.opening import find_model, open_restorer

from .published_nets import save, srvgg

REFERENCE = Path(__file__).parents[3] / "shared" / "reference"


@pytest.fixture
def gan(tmp_path: Path) -> Path:
    """A generator with its psnr twin beside it."""
    for seed, name in enumerate(("net", "net-psnr")):
        torch.manual_seed(seed)
        made = Generator("residual", 2, 8, 1)
        for parameter in made.parameters():
            torch.nn.init.normal_(parameter, std=0.1)
        facts = Facts("residual", 2, halo=4 + seed, dtype_ok=("fp32", "bf16")[: 2 - seed], features=8, blocks=1)
        checkpoint.save(tmp_path / f"{name}.safetensors", made, facts)
    return tmp_path / "net.safetensors"


@pytest.fixture
def noisy(tmp_path: Path) -> Path:
    """Two nets under the names of Real-ESRGAN's pair."""
    save(srvgg(seed=1), tmp_path / "realesr-general-wdn-x4v3.safetensors")
    return save(srvgg(seed=2), tmp_path / "realesr-general-x4v3.safetensors")


def answer(path: Path, **dials: float) -> torch.Tensor:
    y, x = torch.meshgrid(torch.arange(12.0), torch.arange(16.0), indexing="ij")
    lr = torch.stack([x / 15, y / 11, 0.5 + 0.3 * torch.sin(x * y / 20)])[None]
    with torch.inference_mode():
        return checkpoint.load(path, **dials).generator(lr)  # type: ignore[no-any-return, arg-type]


def test_the_ends_of_the_fidelity_dial_are_the_two_files(gan: Path) -> None:
    other = gan.with_stem("net-psnr")
    assert find(gan, fidelity=1) == find(gan)
    assert find(gan, fidelity=0) == find(other)
    assert torch.equal(answer(gan, fidelity=1), answer(gan))
    assert torch.equal(answer(gan, fidelity=0), answer(other))
    assert not torch.equal(answer(gan), answer(other))


def test_between_the_ends_the_weights_are_mixed_in_float32(gan: Path) -> None:
    mixed = checkpoint.load(gan, fidelity=0.3).generator.state_dict()
    most = checkpoint.load(gan).generator.state_dict()
    least = checkpoint.load(gan.with_stem("net-psnr")).generator.state_dict()
    for name, weight in mixed.items():
        assert weight.dtype == torch.float32
        torch.testing.assert_close(weight, 0.3 * most[name] + 0.7 * least[name], rtol=0, atol=1e-7)


def test_the_digest_tells_files_and_share(gan: Path) -> None:
    digests = [find(gan, fidelity=share).sha256 for share in (0, 0.25, 0.5, 1)]
    assert len(set(digests)) == 4
    assert all(len(digest) == 64 for digest in digests)
    assert find(gan, fidelity=0.5).sha256 == digests[2] == checkpoint.load(gan, fidelity=0.5).sha256
    assert digests[3] == hashlib.sha256(gan.read_bytes()).hexdigest()
    gan.with_stem("net-psnr").write_bytes(gan.read_bytes())
    assert find(gan, fidelity=0.5).sha256 != digests[2]


def test_a_mixture_is_as_careful_as_the_more_careful_of_the_two(gan: Path) -> None:
    facts = find(gan, fidelity=0.5).facts
    assert facts.halo == 5
    assert facts.dtype_ok == ("fp32",)


def test_denoise_mixes_the_published_pair(noisy: Path) -> None:
    other = noisy.with_stem("realesr-general-wdn-x4v3")
    a, b = srvgg(seed=2).state_dict(), srvgg(seed=1).state_dict()
    mixed = checkpoint.load(noisy, denoise=0.25).generator.state_dict()
    torch.testing.assert_close(mixed["body.2.weight"], 0.25 * a["body.2.weight"] + 0.75 * b["body.2.weight"])
    assert torch.equal(answer(noisy, denoise=0), answer(other))
    assert torch.equal(answer(noisy, denoise=1), answer(noisy))


def test_a_model_without_twin_refuses_the_dial() -> None:
    for name in ("lanczos", "fast-x4"):
        with pytest.raises(CheckpointError, match=f"denoise: {name} has no twin"):
            find(name, denoise=0.5)
    with pytest.raises(CheckpointError, match="fidelity: lanczos has no twin"):
        find("lanczos", fidelity=0.4)


def test_twins_of_two_sizes_are_refused(gan: Path) -> None:
    facts = Facts("residual", 2, halo=6, dtype_ok=("fp32",), features=8, blocks=2)
    checkpoint.save(gan.with_stem("net-psnr"), Generator("residual", 2, 8, 2), facts)
    with pytest.raises(CheckpointError, match="net-psnr is another net"):
        find(gan, fidelity=0.5)


def test_two_dials_at_once_are_refused(noisy: Path) -> None:
    save(srvgg(seed=3), noisy.with_stem(f"{noisy.stem}-psnr"))
    with pytest.raises(CheckpointError, match="set one of them to 1"):
        find(noisy, fidelity=0.5, denoise=0.5)
    assert find(noisy, fidelity=1, denoise=0.5) == find(noisy, denoise=0.5)


@pytest.mark.parametrize("name", ["", ".", "..", "a/", "lanczos", "fast-x4", "nowhere/net.pth"])
def test_a_twin_is_looked_for_under_any_name(name: str) -> None:
    assert twin(name, "denoise") is None


def test_a_shipped_twin_is_found_by_name(gan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sums = {path.stem: catalog.digest(path) for path in (gan, gan.with_stem("net-psnr"))}
    monkeypatch.setattr(catalog, "shipped", lambda: sums)
    monkeypatch.setattr(catalog, "_SHIPPED", gan.parent)
    assert twin("net", "fidelity") == "net-psnr"
    assert find("net", fidelity=0.5).sha256 == find(gan, fidelity=0.5).sha256


def test_the_recipe_s_fidelity_reaches_the_pixels(gan: Path) -> None:
    lr = np.random.default_rng(0).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    recipes = [load(None, [f"model={gan}", f"fidelity={share}", "precision=fp32"]) for share in (0, 0.5, 1)]
    low, middle, high = (open_restorer(recipe).restore(lr).astype(int) for recipe in recipes)
    assert (low != high).mean() > 0.5
    assert 0 < np.abs(middle - high).mean() < np.abs(low - high).mean()
    models = [find_model(recipe) for recipe in recipes]
    digests = {recipe.digest(model.sha256) for recipe, model in zip(recipes, models, strict=True)}
    assert len(digests) == 3


def test_the_default_fidelity_is_no_wish_without_a_twin() -> None:
    assert find_model(load(None, ["model=bicubic"])) == find("bicubic")
    with pytest.raises(CheckpointError, match="fidelity: bicubic has no twin to mix with; leave it out"):
        find_model(load(None, ["model=bicubic", "fidelity=0.9"]))


def test_the_published_pair_itself() -> None:
    path = REFERENCE / "realesr-general-x4v3.safetensors"
    if not path.exists():
        pytest.skip("no ../shared/reference")
    assert path.stem in LICENCES
    full, half, none = (answer(path, denoise=share) for share in (1.0, 0.5, 0.0))
    assert (full - none).abs().mean() > 0.005
    assert (half - full).abs().mean() < (none - full).abs().mean()
