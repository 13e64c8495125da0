"""The same job from and to a real S3 server: the same bytes as on disk, and nothing lost when the server dies."""

import subprocess
import threading
import time
from pathlib import Path

import pytest
from catalogue import LOCAL, job_command, make, manifest, outputs, recipe, run
from s3 import Swift

from deepimage.storage.bucket import filesystem
from deepimage.storage.store import Store
from pipelines import catalog
from pipelines.verify import verify

pytestmark = pytest.mark.s3
ODD = (
    "a b.jpg",
    "q?x=1.jpg",
    "h#1.jpg",
    "per%20cent.jpg",
    "plus+.jpg",
    "ünï.jpg",
    "new\nline.jpg",
    "quote'\".jpg",
    "日本.jpg",
)


@pytest.fixture(scope="module")
def bucket(swift: Swift) -> str:
    filesystem(recipe().storage).mkdir("catalogue")
    return "s3://catalogue"


def upload(folder: Path, url: str) -> None:
    store = Store.open(url, recipe().storage)
    for path in folder.rglob("*"):
        if path.is_file():
            store.write(str(path.relative_to(folder)), path.read_bytes())


def contents(url: str) -> dict[str, bytes]:
    store = Store.open(url, recipe().storage)
    return {entry.key: store.read(entry.key) for entry in store.list() if not entry.key.startswith("_deepimage/")}


@pytest.mark.ray
@pytest.mark.parametrize("engine", ["local", "ray"])
def test_s3_gives_the_bytes_of_the_disk(bucket: str, tmp_path: Path, engine: str) -> None:
    source = make(tmp_path / "in", len(ODD) + 4)
    for name, path in zip(ODD, sorted(source.rglob("0*.jpg")), strict=False):
        path.rename(source / name)
    upload(source, f"{bucket}/{engine}/in")
    # a process of its own: workers take the credentials from the environment that their cluster started in
    command = job_command(f"{bucket}/{engine}/in", f"{bucket}/{engine}/out", engine)
    subprocess.run([*command, "--set", "runtime.look_here_below=0"], check=True, capture_output=True)
    settings = recipe(LOCAL)
    assert set(ODD) <= manifest(f"{bucket}/{engine}/out").keys()
    run(source, tmp_path / "out", recipe(LOCAL))
    disk = {name: (tmp_path / "out" / name).read_bytes() for name in outputs(tmp_path / "out")}
    assert contents(f"{bucket}/{engine}/out") == disk
    assert list(verify(f"{bucket}/{engine}/out", f"{bucket}/{engine}/in", settings)) == []


def test_a_server_that_dies_and_comes_back_loses_nothing(bucket: str, swift: Swift, tmp_path: Path) -> None:
    source = make(tmp_path / "in", 30)
    upload(source, f"{bucket}/outage/in")
    settings = recipe(LOCAL, "storage.retries=8", "runtime.batch_rows=2")

    def outage() -> None:
        time.sleep(1.5)
        swift.kill()
        time.sleep(3)
        swift.start()

    trouble = threading.Thread(target=outage)
    trouble.start()
    try:
        run(f"{bucket}/outage/in", f"{bucket}/outage/out", settings)
    finally:
        trouble.join()
    rows = run(f"{bucket}/outage/in", f"{bucket}/outage/out", settings)  # retries what the outage failed, if anything
    assert {row["status"] for row in rows.values()} == {"done", "aliased"}
    run(source, tmp_path / "out", recipe(LOCAL))
    disk = {name: (tmp_path / "out" / name).read_bytes() for name in outputs(tmp_path / "out")}
    assert contents(f"{bucket}/outage/out") == disk
    assert list(verify(f"{bucket}/outage/out", f"{bucket}/outage/in", settings)) == []


def test_a_dry_run_on_s3_makes_no_picture(bucket: str, tmp_path: Path) -> None:
    upload(make(tmp_path / "in", 3), f"{bucket}/dry/in")
    with catalog.opened(f"{bucket}/dry/in", f"{bucket}/dry/out", recipe(LOCAL)) as (job, engine):
        assert catalog.prepare(job, engine, quiet=True).whole == 3
    assert contents(f"{bucket}/dry/out") == {}


def test_bands_wait_in_the_bucket_and_leave_it(bucket: str, tmp_path: Path) -> None:
    source = make(tmp_path / "in", 2, side=150)
    upload(source, f"{bucket}/bands/in")
    limits = [f"limits.{name}=0.006" for name in ("max_actor_megapixels", "max_strip_megapixels")]
    settings = recipe(LOCAL, "output.format=tiff", "tiling.tile=64", *limits)
    rows = run(f"{bucket}/bands/in", f"{bucket}/bands/out", settings)
    assert {row["bands"] for row in rows.values()} == {4}
    run(source, tmp_path / "out", settings)
    disk = {name: (tmp_path / "out" / name).read_bytes() for name in outputs(tmp_path / "out")}
    assert contents(f"{bucket}/bands/out") == disk
    assert not list(Store.open(f"{bucket}/bands/out", settings.storage).list("_deepimage/bands/"))
    assert list(verify(f"{bucket}/bands/out", f"{bucket}/bands/in", settings)) == []
