"""LPIPS: its figures where the published weights are at hand, its properties with random ones."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from deepimage.errors import CheckpointError
from deepimage.metrics.lpips import Lpips

_REFERENCE = Path("../shared/reference")
_WEIGHTS = _REFERENCE / "lpips_squeeze.safetensors"


@pytest.fixture
def random_file(tmp_path: Path) -> Path:
    """Random weights under the names that published ones have."""
    torch.manual_seed(0)
    weights = {}
    for name, weight in Lpips().state_dict().items():
        kind, place = name.split(".")[:2]
        if kind == "heads":
            weights[f"lin{place}.model.1.weight"] = torch.rand_like(weight)
        else:
            weights[name.replace("network", "features")] = weight.half()
    save_file(weights, tmp_path / "lpips.safetensors")
    return tmp_path / "lpips.safetensors"


@pytest.fixture
def published() -> Lpips:
    if not _WEIGHTS.exists():
        pytest.skip(f"needs {_WEIGHTS}")
    return Lpips.load(_WEIGHTS)


def _example(name: str) -> torch.Tensor:
    pixels = np.array(Image.open(_REFERENCE / "lpips_examples" / f"{name}.png").convert("RGB"))
    return torch.from_numpy(pixels).movedim(-1, 0)[None] / 255


def test_the_authors_examples_have_their_figures(published: Lpips) -> None:
    """0.711 and 0.148 were measured with the authors' code on their ex_ref, ex_p0, ex_p1."""
    reference, far, near = (_example(name) for name in ("ex_ref", "ex_p0", "ex_p1"))
    both = published(reference.expand(2, -1, -1, -1), torch.cat([far, near]))
    assert both.tolist() == pytest.approx([0.711, 0.148], abs=5e-4)
    with torch.autocast("cpu", torch.bfloat16):
        assert published(reference, far).item() == pytest.approx(0.711, abs=0.01)


def test_the_distance_is_as_the_paper_defines_it(random_file: Path) -> None:
    lpips = Lpips.load(random_file)
    a, b = torch.rand(2, 2, 3, 40, 53)
    layers = list(zip(lpips.features(a), lpips.features(b), lpips.heads, strict=True))
    assert [layer[0].shape[1] for layer in layers] == [64, 128, 256, 384, 384, 512, 512]
    expected = torch.zeros(2)
    for x, y, head in layers:
        x, y = (features.numpy() / np.linalg.norm(features.numpy(), axis=1, keepdims=True) for features in (x, y))
        expected += torch.from_numpy(np.einsum("c,bchw->bhw", head.flatten(), (x - y) ** 2).mean(axis=(1, 2)))
    torch.testing.assert_close(lpips(a, b), expected, rtol=1e-4, atol=1e-6)


def test_it_is_a_distance_with_a_gradient_and_frozen(random_file: Path) -> None:
    lpips = Lpips.load(random_file)
    a, b = torch.rand(2, 1, 3, 32, 32)
    assert lpips(a, a).item() < 1e-6
    assert lpips(a, b).item() == pytest.approx(lpips(b, a).item()) != 0
    for start in (a, torch.zeros_like(a)):  # black has features of length zero, where a norm has no slope
        start.requires_grad_()
        lpips(start, b).backward()
        assert start.grad is not None
        assert start.grad.isfinite().all()
    assert not any(weight.requires_grad for weight in lpips.parameters())


def test_the_smallest_picture(random_file: Path) -> None:
    lpips = Lpips.load(random_file)
    assert lpips(torch.zeros(1, 3, 17, 17), torch.ones(1, 3, 17, 17)).isfinite().all()
    with pytest.raises(ValueError, match="LPIPS needs 17 pixels a side, got 40x16"):
        lpips(torch.zeros(1, 3, 16, 40), torch.ones(1, 3, 16, 40))


def test_a_wrong_file_is_refused_in_one_line(random_file: Path, tmp_path: Path) -> None:
    text, other = tmp_path / "text.safetensors", tmp_path / "other.safetensors"
    text.write_text("hello")
    save_file({"weight": torch.zeros(3)}, other)
    for path in (text, other, tmp_path / "none.safetensors"):
        with pytest.raises(CheckpointError, match=f"LPIPS weights .*{path.name}") as error:
            Lpips.load(path)
        assert "\n" not in str(error.value)
