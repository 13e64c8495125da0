"""A few photos without a cluster: good ones are restored, bad ones are said to be bad, mistakes are one line."""

import subprocess
from pathlib import Path

import pytest
from catalogue import command, make, recipe
from PIL import Image

from deepimage.errors import UsageError
from pipelines.restore import restore


def test_a_bad_photo_beside_a_good_one(tmp_path: Path) -> None:
    photo = make(tmp_path / "in", 1) / "a" / "0000.jpg"
    (tmp_path / "text.jpg").write_text("no picture")
    arguments = ("restore", tmp_path / "text.jpg", photo, "-o", tmp_path / "out", "--model", "lanczos")
    done = subprocess.run(command(*arguments), capture_output=True, text=True)
    assert done.returncode == 3
    assert "E_NOT_IMAGE" in done.stdout
    assert "Traceback" not in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir() if path.is_file()] == ["0000.jpg"]


def test_large_photos_go_in_strips_and_small_ones_whole(tmp_path: Path) -> None:
    source = make(tmp_path / "in", 2, side=150)
    Image.new("RGB", (20, 20), "red").save(source / "tiny.png")
    photos = [source / "a" / "0000.jpg", source / "tiny.png"]
    rows = list(restore(photos, tmp_path / "out", recipe("limits.max_actor_megapixels=0.001")))
    assert [(row["status"], row["strips"]) for row in rows] == [("done", True), ("done", False)]


def test_one_photo_into_a_file_takes_its_format(tmp_path: Path) -> None:
    photo = make(tmp_path / "in", 1) / "a" / "0000.jpg"
    (row,) = restore([photo], tmp_path / "result.webp", recipe())
    assert (row["output"], Image.open(tmp_path / "result.webp").format) == ("result.webp", "WEBP")


def test_what_cannot_be_meant_is_refused(tmp_path: Path) -> None:
    source = make(tmp_path / "in", 2)
    photos = [source / "a" / "0000.jpg", source / "b" / "0001.jpg"]
    with pytest.raises(UsageError, match="give a folder"):
        list(restore(photos, tmp_path / "one.jpg", recipe()))
    with pytest.raises(UsageError, match="replace the original"):
        list(restore(photos[:1], photos[0].parent, recipe()))
    with pytest.raises(UsageError, match="disagree"):
        list(restore(photos[:1], tmp_path / "one.jpg", recipe("output.format=png")))
