from pathlib import Path

import numpy as np
from PIL import Image

from pipelines.benchmark_adapt import measure

RECIPE = """
name: tiny
start: fast-x4-psnr
data: {{train: {0}/train, val: {0}/val, degradation: {0}/web.yaml, cache: {0}/cache, patch: 16, batch: 2, val_side: 64,
       exams: [C0]}}
optimizer: {{steps: 2}}
"""


def test_a_made_customer_is_studied_adapted_to_and_judged(tmp_path: Path, photos: dict[str, np.ndarray]) -> None:
    for folder, name in (("train", "coffee"), ("val", "chelsea")):
        (tmp_path / folder).mkdir()
        Image.fromarray(photos[name]).save(tmp_path / folder / "photo.png")
    (tmp_path / "web.yaml").write_text("branches: {a: {steps: [{step: resize, size: 1}]}}\n")
    (tmp_path / "recipe.yaml").write_text(RECIPE.format(tmp_path))
    table = "\n".join(measure(tmp_path / "recipe.yaml", tmp_path / "out", threads=1))
    assert all(name in table for name in ("lanczos", "fast-x4-psnr", "tiny", "HaarPSI"))
    with Image.open(tmp_path / "out" / "held" / "photo.webp") as small, Image.open(tmp_path / "val/photo.png") as hr:
        assert small.size == (hr.width // 4, hr.height // 4)
    assert "webp" in (tmp_path / "out" / "profile.yaml").read_text()
