"""The main job from end to end: accounts for every file, resumes, repeats nothing."""

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
from catalogue import LOCAL, command, job_command, make, manifest, outputs, recipe, run

from deepimage.errors import UsageError
from pipelines import catalog, price
from pipelines.restore import restore
from pipelines.verify import verify

TIMES = (
    "run_id",
    "finished_at",
    "seconds_fetch",
    "seconds_decode",
    "seconds_restore",
    "seconds_encode",
    "seconds_write",
)


def facts(rows: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    return {name: {k: v for k, v in row.items() if k not in TIMES} for name, row in rows.items()}


def test_every_input_has_a_row_and_every_row_its_output(tmp_path: Path) -> None:
    rows = run(make(tmp_path / "in", 9), tmp_path / "out", recipe(LOCAL))
    assert sorted(row["status"] for row in rows.values()) == ["aliased"] * 2 + ["done"] * 9
    assert outputs(tmp_path / "out") == {str(row["output"]): row["output_sha256"] for row in rows.values()}
    assert rows["copy 1.jpg"]["duplicate_of"] == "a/0000.jpg"
    assert rows["copy 1.jpg"]["output_sha256"] == rows["a/0000.jpg"]["output_sha256"]
    assert (tmp_path / "out" / "_deepimage" / "_SUCCESS").exists()
    assert (tmp_path / "out" / "_deepimage" / "report.html").stat().st_size > 10_000
    assert list(verify(str(tmp_path / "out"), str(tmp_path / "in"), recipe())) == []


@pytest.mark.ray
@pytest.mark.usefixtures("ray_cluster")
@pytest.mark.parametrize("actors", [1, 4])
def test_ray_the_plain_loop_and_restore_give_the_same_bytes(tmp_path: Path, actors: int) -> None:
    source, generator = make(tmp_path / "in", 12), ("model=fast-x4", "scale=4")
    (source / "text.jpg").write_text("no picture")
    local = run(source, tmp_path / "local", recipe(LOCAL, *generator))
    singly = list(restore(sorted((source / "a").iterdir()), tmp_path / "singly", recipe(*generator)))
    assert len(singly) == 6
    assert all(row["output_sha256"] == local[f"a/{row['input']}"]["output_sha256"] for row in singly)
    ray = run(source, tmp_path / "ray", recipe(f"runtime.actors={actors}", "runtime.batch_rows=2", *generator))
    assert facts(local) == facts(ray)
    assert outputs(tmp_path / "local") == outputs(tmp_path / "ray")


def test_a_second_run_restores_nothing(tmp_path: Path) -> None:
    source = make(tmp_path / "in", 5)
    first = run(source, tmp_path / "out", recipe(LOCAL))
    started = time.monotonic()
    assert run(source, tmp_path / "out", recipe(LOCAL)) == first
    assert time.monotonic() - started < 15


def test_changes_are_followed(tmp_path: Path) -> None:
    source, out = make(tmp_path / "in", 5), tmp_path / "out"
    first = run(source, out, recipe(LOCAL))
    make(source / "more", 1, seed=5)
    (source / "a" / "0002.jpg").write_bytes((source / "b" / "0001.jpg").read_bytes())
    (out / "b" / "0003.jpg").unlink()
    second = run(source, out, recipe(LOCAL))
    assert second["more/a/0000.jpg"]["status"] == "done"
    assert second["a/0002.jpg"]["status"] == "aliased"
    assert second["b/0003.jpg"]["attempt"] == 2
    assert second["a/0004.jpg"] == first["a/0004.jpg"]
    assert list(verify(str(out), str(source), recipe())) == []


def test_a_new_copy_of_a_restored_picture_costs_no_restoration(tmp_path: Path) -> None:
    source, out = make(tmp_path / "in", 3), tmp_path / "out"
    before = run(source, out, recipe(LOCAL))
    (source / "0-before-all-others.jpg").write_bytes((source / "a" / "0002.jpg").read_bytes())
    after = run(source, out, recipe(LOCAL))
    assert after["0-before-all-others.jpg"]["duplicate_of"] == "a/0002.jpg"
    assert after["a/0002.jpg"] == before["a/0002.jpg"]


def test_a_new_recipe_replaces_the_results_and_leaves_no_strays(tmp_path: Path) -> None:
    source, out = make(tmp_path / "in", 4), tmp_path / "out"
    run(source, out, recipe(LOCAL))
    rows = run(source, out, recipe(LOCAL, "output.format=webp"))
    assert {Path(str(row["output"])).suffix for row in rows.values()} == {".webp"}
    assert list(verify(str(out), str(source), recipe())) == []


def test_strips_give_the_same_picture(tmp_path: Path) -> None:
    source = make(tmp_path / "in", 3, side=150)
    png = "output.format=png"
    whole = run(source, tmp_path / "whole", recipe(LOCAL, png, "tiling.tile=64"))
    strips = run(source, tmp_path / "strips", recipe(LOCAL, png, "tiling.tile=64", "limits.max_actor_megapixels=0.001"))
    assert outputs(tmp_path / "whole") == outputs(tmp_path / "strips")
    for name, row in whole.items():
        assert abs(float(row["consistency_db"]) - float(strips[name]["consistency_db"])) < 3  # type: ignore[arg-type]
    tiff = recipe(LOCAL, "output.format=tiff", "tiling.tile=64", "limits.max_actor_megapixels=0.001")
    run(source, tmp_path / "tiff", tiff)
    assert list(verify(str(tmp_path / "tiff"), str(source), tiff)) == []


def test_a_dry_run_prices_and_restores_nothing(tmp_path: Path) -> None:
    source = make(tmp_path / "in", 6)
    (source / "text.jpg").write_text("no picture")
    with catalog.opened(str(source), str(tmp_path / "out"), recipe(LOCAL)) as (job, engine):
        forecast = price.forecast(job, engine, quiet=True)
    assert forecast.actions == {"restore": 6, "alias": 2, "record": 1}
    assert forecast.refused == {"E_NOT_IMAGE": ["text.jpg"]}
    assert forecast.seconds > 0
    assert outputs(tmp_path / "out") == {}
    assert run(source, tmp_path / "out", recipe(LOCAL))["a/0000.jpg"]["status"] == "done"


def test_near_copies_are_reported_aliased_or_skipped(tmp_path: Path, photos: dict[str, object]) -> None:
    from PIL import Image

    source = tmp_path / "in"
    source.mkdir()
    photo = Image.fromarray(photos["coffee"])  # type: ignore[arg-type]
    photo.save(source / "large.jpg", quality=90)
    photo.resize((300, 200)).save(source / "small.jpg", quality=60)
    results = {}
    for policy in ("report", "alias", "skip"):
        rows = run(source, tmp_path / policy, recipe(LOCAL, f"near_duplicates={policy}"))
        assert rows["small.jpg"]["near_duplicate_of"] == "large.jpg"
        results[policy] = rows["small.jpg"]["status"]
        assert list(verify(str(tmp_path / policy), str(source), recipe())) == []
    assert results == {"report": "done", "alias": "aliased", "skip": "skipped"}


def test_output_that_holds_other_things_is_refused(tmp_path: Path) -> None:
    source = make(tmp_path / "in", 1)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "diary.txt").write_text("mine")
    with pytest.raises(UsageError, match="already holds files"):
        run(source, tmp_path / "out", recipe(LOCAL))


@pytest.mark.parametrize("engine", ["local", pytest.param("ray", marks=pytest.mark.ray)])
@pytest.mark.timeout(600)
def test_kill_9_at_random_moments_and_resume(tmp_path: Path, engine: str) -> None:
    kills, seconds = (5, (0.8, 4.0)) if engine == "local" else (2, (6.0, 16.0))
    source = make(tmp_path / "in", 60, side=300)
    undisturbed = run(source, tmp_path / "undisturbed", recipe(LOCAL))
    chance = random.Random(3)
    killed, done_before, redone = 0, {}, 0
    for _ in range(kills):
        process = subprocess.Popen(
            job_command(source, tmp_path / "out", engine),
            start_new_session=True,
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            process.wait(chance.uniform(*seconds))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            killed += 1
        now = written(tmp_path / "out")
        redone += sum(1 for name, when in done_before.items() if now.get(name) != when)
        done_before = {row["output"]: now[str(row["output"])] for row in partial_manifest(tmp_path / "out")}
    assert killed
    subprocess.run(job_command(source, tmp_path / "out", engine), check=True, capture_output=True)
    assert redone == 0
    assert outputs(tmp_path / "out") == outputs(tmp_path / "undisturbed")
    assert facts(manifest(tmp_path / "out")) == facts(undisturbed)
    assert not list((tmp_path / "out" / "_deepimage" / "tmp").iterdir())
    assert list(verify(str(tmp_path / "out"), str(source), recipe())) == []


def written(target: Path) -> dict[str, int]:
    """Output -> when it was written."""
    return {name: (target / name).stat().st_mtime_ns for name in outputs(target)}


def partial_manifest(target: Path) -> list[dict[str, object]]:
    parts = sorted((target / "_deepimage" / "manifest").glob("*.parquet"))
    import pyarrow.parquet as pq

    return [row for part in parts for row in pq.read_table(part).to_pylist() if row["output"]]


def test_interruption_leaves_a_resumable_run_and_exit_code_130(tmp_path: Path) -> None:
    source = make(tmp_path / "in", 60, side=400)
    process = subprocess.Popen(
        job_command(source, tmp_path / "out", "local"),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # shells let their background ignore it
    )
    while not outputs(tmp_path / "out"):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert "goes on" in said
    assert not (tmp_path / "out" / "_deepimage" / "_SUCCESS").exists()
    assert subprocess.run(job_command(source, tmp_path / "out", "local"), capture_output=True).returncode == 0
    assert list(verify(str(tmp_path / "out"), str(source), recipe())) == []


def test_two_runs_do_not_share_an_output(tmp_path: Path) -> None:
    source = make(tmp_path / "in", 2)
    with catalog.opened(str(source), str(tmp_path / "out"), recipe(LOCAL)):
        second = subprocess.run(job_command(source, tmp_path / "out", "local"), capture_output=True, text=True)
    assert second.returncode == 2
    assert "another run" in second.stderr


def test_exit_codes_and_one_line_messages(tmp_path: Path) -> None:
    source = make(tmp_path / "in", 2)
    (source / "text.jpg").write_text("no picture")
    cases = [
        (("run", source, tmp_path / "o1", "--engine", "local", "--model", "lanczos", "--json"), 3, ""),
        (("run", tmp_path / "none", tmp_path / "o2"), 2, "none"),
        (("run", source, source / "out"), 2, "overlap"),
        (("run", source, tmp_path / "o3", "--model", "fast-x9"), 2, "fast-x4"),
        (("run", source, tmp_path / "o3", "--set", "output.qualty=3"), 2, "output.quality"),
        (("run", source), 2, "OUTPUT"),
        (("verify", tmp_path / "none"), 2, "no manifest"),
        (("restore", tmp_path / "none.jpg", "-o", tmp_path), 2, "no such file"),
    ]
    for arguments, code, words in cases:
        done = subprocess.run(command(*arguments), capture_output=True, text=True)
        assert done.returncode == code, (arguments, done.stderr)
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        if code == 3:
            assert json.loads(done.stdout)["statuses"]["quarantined"] == 1
