from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepimage.training.config import Net
from pipelines import benchmark_architectures

RECIPE = """
name: tiny
data: {{train: {0}/in, val: {0}/in, degradation: {0}/web.yaml, cache: {0}/cache, patch: 16, batch: 2, val_side: 64,
       exams: [C0, C2]}}
optimizer: {{steps: 50}}
"""


def test_a_line_for_every_trunk(tmp_path: Path, photos: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    Image.fromarray(photos["coffee"]).save(tmp_path / "in" / "coffee.png")
    (tmp_path / "web.yaml").write_text("branches: {a: {steps: [{step: resize, size: 1}]}}\n")
    (tmp_path / "recipe.yaml").write_text(RECIPE.format(tmp_path))
    tiny = {arch: Net(arch=arch, features=8, blocks=1, inner=16) for arch in ("residual", "plain", "span", "unet")}
    monkeypatch.setattr(benchmark_architectures, "CANDIDATES", tiny)
    head, *lines = benchmark_architectures.measure(tmp_path / "recipe.yaml", tmp_path / "runs", steps=2)
    assert head.split() == ["trunk", "parameters", "MP/s", "C0", "C2"]
    assert [line.split()[0] for line in lines] == list(tiny)
    assert all(float(line.split()[3]) > 0 for line in lines)
    again = list(benchmark_architectures.measure(tmp_path / "recipe.yaml", tmp_path / "runs", steps=2))
    assert [line.split()[4:] for line in again[1:]] == [line.split()[4:] for line in lines]
