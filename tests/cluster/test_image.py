"""The image: what it copies exists, who it runs as, what it pins; and it names what the project's own files say."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "cluster" / "Dockerfile").read_text()
STEPS = re.sub(r"\\\n\s*", " ", DOCKERFILE)


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.*)$", STEPS, re.MULTILINE)


def test_what_is_copied_is_there_and_gets_past_the_ignore_file() -> None:
    allowed = (ROOT / "cluster" / "Dockerfile.dockerignore").read_text().splitlines()
    copied = [source for line in instructions("COPY") for source in line.split()[:-1]]
    assert {"pyproject.toml", "deepimage", "pipelines", "configs"} <= set(copied)
    for source in copied:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in allowed, source


def test_it_does_not_run_as_root_and_pins_what_it_stands_on() -> None:
    assert instructions("USER")[-1] != "root"
    (base,) = instructions("FROM")
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", base)
    assert "ADD " not in DOCKERFILE
    assert not re.search(r"(SECRET|PASSWORD|ACCESS_KEY|TOKEN)=", DOCKERFILE)
    for line in instructions("RUN"):
        assert "apt-get install" not in line or (
            "--no-install-recommends" in line and "rm -rf /var/lib/apt/lists" in line
        )
        assert "pip install" not in line or "--no-cache-dir" in line


def test_its_versions_are_the_project_s() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (torch,) = re.findall(r"'(torch[^']+)'", DOCKERFILE)
    assert torch in project["dependencies"]
    (ray,) = re.findall(r"'ray\[[^]]+\]==([^']+)'", DOCKERFILE)
    assert f">={ray.rpartition('.')[0]}" in next(line for line in project["dependencies"] if line.startswith("ray["))
    assert "'.[serve]'" in DOCKERFILE
    assert "serve" in project["optional-dependencies"]


def test_its_guard_exists() -> None:
    import importlib

    (path,) = re.findall(r"CALLBACK_IMPORT_PATH=(\S+)", DOCKERFILE)
    module, _, name = path.rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))
