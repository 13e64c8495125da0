"""A run on a distant cluster: sent, followed, stopped, sent again; on a real head that asks for a token."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from catalogue import command, make, manifest, outputs, recipe
from nodes import TOKEN, Cluster

from deepimage.config import load
from pipelines.submit import written
from pipelines.verify import verify

RECIPE = {"model": "lanczos", "scale": 2, "runtime": {"actors": 1, "threads": 1, "batch_rows": 1}}


@pytest.fixture(scope="module")
def head() -> Iterator[str]:
    """The dashboard's address."""
    with Cluster(cpus=8) as cluster:
        yield cluster.dashboard


def deepimage(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | TOKEN | environment
    return subprocess.run(command(*arguments), env=environment, capture_output=True, text=True, timeout=200)


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(RECIPE))
    return tmp_path / "recipe.yaml"


def test_the_recipe_travels_as_it_was_read() -> None:
    sent = recipe("output.format=webp", "limits.max_bytes=3MB", "runtime.actors=2", "runtime.address=auto")
    there = load(None).model_validate(yaml.safe_load(written(sent)))
    assert there.runtime.address is None
    assert there == sent.model_copy(update={"runtime": sent.runtime.model_copy(update={"address": None})})


def test_no_cluster_is_one_line(tmp_path: Path, settings: Path) -> None:
    source = make(tmp_path / "in", 1)
    for words in (("submit", source, tmp_path / "out"), ("jobs", "list"), ("jobs", "stop", "x")):
        done = deepimage(*words, "--address", "http://127.0.0.1:9")
        assert (done.returncode, done.stderr) == (2, "deepimage: http://127.0.0.1:9: no cluster answers there\n")
    assert deepimage("submit", source, tmp_path / "out", "--set", "modle=x").returncode == 2


@pytest.mark.ray
@pytest.mark.timeout(300)
def test_a_job_ends_with_the_runs_exit_code_and_is_told_of(tmp_path: Path, settings: Path, head: str) -> None:
    source, out = make(tmp_path / "in", 3, side=32), tmp_path / "out"
    (source / "text.jpg").write_text("no picture")
    done = deepimage("submit", source, out, "--config", settings, "--address", head)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "E_NOT_IMAGE 1" in done.stdout
    assert {row["status"] for row in manifest(out).values()} == {"done", "aliased", "quarantined"}
    id = done.stderr.split()[1].rstrip(";")
    line = deepimage("jobs", "list", RAY_API_SERVER_ADDRESS=head).stdout
    assert id in line
    assert f"{source} -> {out}  exit code 3" in line
    assert "E_NOT_IMAGE 1" in deepimage("jobs", "logs", id, "--address", head).stdout
    unknown = deepimage("jobs", "logs", "none", "--follow", "--address", head)
    assert (unknown.returncode, unknown.stderr) == (2, f"deepimage: {head}: no job none\n")
    stranger = deepimage("jobs", "list", "--address", head, RAY_AUTH_TOKEN="f" * 48)
    assert stranger.returncode == 2
    assert "another token" in stranger.stderr
    assert "Traceback" not in stranger.stderr


@pytest.mark.ray
@pytest.mark.timeout(300)
def test_a_stopped_job_goes_on_when_it_is_sent_again(tmp_path: Path, settings: Path, head: str) -> None:
    source, out = make(tmp_path / "in", 60, side=300), tmp_path / "out"
    sent = ("submit", source, out, "--config", settings, "--address", head)
    id = deepimage(*sent, "--no-wait").stdout.strip()
    while not outputs(out):
        time.sleep(0.1)
    assert deepimage("jobs", "stop", id, "--address", head).stdout == "stopping\n"
    assert deepimage("jobs", "logs", id, "--follow", "--address", head).returncode == 130
    assert not (out / "_deepimage" / "_SUCCESS").exists()
    assert deepimage(*sent).returncode == 0
    assert list(verify(str(out), str(source), recipe())) == []
