"""Pictures too large for one worker: the bytes of one, whoever restores them, whatever is killed, and nothing left."""

import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from catalogue import LOCAL, command, make, manifest, outputs, recipe, run
from PIL import Image

from pipelines import catalog
from pipelines.verify import verify

STRIPS = ("tiling.tile=64", "limits.max_actor_megapixels=0.006")
BANDS = (*STRIPS, "limits.max_strip_megapixels=0.006")
TIFF = "output.format=tiff"


def pictures(folder: Path, count: int = 2, side: int = 150) -> Path:
    """Photos, two copies of the first, and a picture with alpha."""
    source = make(folder, count, side)
    rgba = np.random.default_rng(1).integers(0, 256, (8, 6, 4), dtype=np.uint8)
    Image.fromarray(rgba, "RGBA").resize((120, 160), Image.Resampling.BICUBIC).save(source / "alpha.png")
    return source


def left(target: Path) -> list[Path]:
    return [path for folder in ("bands", "tmp") for path in (target / "_deepimage" / folder).glob("*")]


def standing(target: Path) -> dict[str, int]:
    """Bands that wait to be stitched -> when each was written."""
    return {path.name: path.stat().st_mtime_ns for path in (target / "_deepimage" / "bands").glob("*")}


def check_the_same(source: Path, strips: Path, settings: tuple[str, ...], *engines: str) -> None:
    """Bands on each of `engines` make what is in `strips`."""
    before = manifest(strips)
    assert {row["bands"] for row in before.values()} == {None}
    for engine in engines:
        out, made = strips.with_name(engine), recipe(engine, *BANDS, *settings)
        rows = run(source, out, made)
        assert [rows[key]["bands"] for key in ("a/0000.jpg", "alpha.png", "copy 1.jpg")] == [4, 4, 4]
        assert outputs(out) == outputs(strips)
        for key, row in rows.items():
            assert row["status"] in ("done", "aliased")
            assert row["consistency_db"] == before[key]["consistency_db"]
        assert left(out) == []
        assert list(verify(str(out), str(source), made)) == []


def test_the_plain_loop_makes_the_same_in_bands_as_in_strips(tmp_path: Path) -> None:
    source, resized = pictures(tmp_path / "in"), ("scale=null", "max_side=250")
    run(source, tmp_path / "strips", recipe(LOCAL, *STRIPS, *resized))
    check_the_same(source, tmp_path / "strips", resized, LOCAL)


@pytest.mark.ray
@pytest.mark.usefixtures("ray_cluster")
def test_so_do_one_worker_and_four(tmp_path: Path) -> None:
    source = pictures(tmp_path / "in")
    run(source, tmp_path / "strips", recipe(LOCAL, *STRIPS, TIFF))
    check_the_same(source, tmp_path / "strips", (TIFF,), "runtime.actors=1", "runtime.actors=4")


@pytest.mark.timeout(600)
def test_kill_9_between_bands_redoes_none_that_stood(tmp_path: Path) -> None:
    source, out = make(tmp_path / "in", 1, side=700), tmp_path / "out"
    made = (LOCAL, TIFF, "tiling.tile=64", "limits.max_actor_megapixels=0.05", "limits.max_strip_megapixels=0.05")
    run(source, tmp_path / "undisturbed", recipe(*made, "limits.max_strip_megapixels=100"))
    settings = [word for item in ("model=lanczos", "scale=2", *made) for word in ("--set", item)]
    seen: dict[str, int] = {}
    for wanted in (2, 5):
        process = subprocess.Popen(command("run", source, out, *settings), stderr=subprocess.DEVNULL)
        while process.poll() is None and len(standing(out)) < wanted:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert seen.items() <= standing(out).items()
        seen = standing(out)
        assert len(seen) >= wanted
    rows = run(source, out, recipe(*made))
    assert {name: (row["status"], row["bands"]) for name, row in rows.items()} == {
        "a/0000.jpg": ("done", 10), "copy 1.jpg": ("aliased", 10), "copy#2.jpg": ("aliased", 10)
    }  # fmt: skip
    assert outputs(out) == outputs(tmp_path / "undisturbed")
    assert left(out) == []
    assert list(verify(str(out), str(source), recipe(*made))) == []


def test_bands_whose_decoder_is_killed_are_their_picture_s_one_verdict(tmp_path: Path) -> None:
    source, out, made = make(tmp_path / "in", 1, side=150), tmp_path / "out", recipe(LOCAL, *BANDS)
    with catalog.opened(str(source), str(out), made) as (job, engine):
        plan = catalog.prepare(job, engine, quiet=True)
        job.recipe = recipe(LOCAL, *BANDS, "limits.decode_seconds=0.0001")  # it was looked at in good time
        catalog.restore(job, engine, plan, quiet=True)
        catalog.close(job, 1.0)
    ends = [(row["status"], row["error_code"], row["output"]) for row in manifest(out).values()]
    assert ends == [("quarantined", "E_TIMEOUT", None)] * 3
    assert left(out) == []
    assert list(verify(str(out), str(source), made)) == []


def test_a_picture_that_changes_under_way_fails_alone_and_is_done_by_the_next_run(tmp_path: Path) -> None:
    source, out, made = pictures(tmp_path / "in"), tmp_path / "out", recipe(LOCAL, *BANDS)
    with catalog.opened(str(source), str(out), made) as (job, engine):
        plan = catalog.prepare(job, engine, quiet=True)
        Image.open(source / "alpha.png").rotate(90).save(source / "alpha.png")
        job.output.write("_deepimage/bands/of-another-recipe", b"")
        catalog.restore(job, engine, plan, quiet=True)
        catalog.close(job, 1.0)
    rows = manifest(out)
    assert [name for name, row in rows.items() if row["status"] not in ("done", "aliased")] == ["alpha.png"]
    assert "changed since" in str(rows["alpha.png"]["error"])
    assert left(out) == []
    assert list(verify(str(out), None, made)) == []
    assert {row["status"] for row in run(source, out, made).values()} == {"done", "aliased"}
    assert list(verify(str(out), str(source), made)) == []
