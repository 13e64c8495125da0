"""The page that leads to a cluster names what is there."""

import re
from pathlib import Path

from dockerfile import named

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "cluster" / "README.md").read_text()


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert len(links) >= 10
    assert [link for link in links if not (ROOT / "cluster" / link).exists()] == []


def test_its_commands_name_files_that_are_there() -> None:
    paths = set(re.findall(r"(?<![\w/])cluster/[\w./-]*\w", PAGE))
    assert {"cluster/aws.yaml", "cluster/kuberay/batch", "cluster/kuberay/online", "cluster/Dockerfile"} <= paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_its_commands_are_ours() -> None:
    from typer.main import get_command

    from pipelines.cli import app

    said = set(re.findall(r"(?:^|['`]|-- )deepimage ([a-z]+)", PAGE, re.MULTILINE))
    assert said == {"run", "keys", "serve"}
    assert said <= set(get_command(app).commands)  # type: ignore[attr-defined]


def test_the_image_s_build_is_the_one_that_is_shown() -> None:
    assert "--build-arg TORCH_BUILD=cpu" in PAGE
    assert [words.partition("=")[0] for words in named("ARG")] == ["PYTHON", "TORCH_BUILD"]
    assert f"ray[default]=={_pinned('ray')}" in PAGE


def _pinned(name: str) -> str:
    (version,) = re.findall(rf"^{name}==(.+)$", (ROOT / "cluster" / "constraints.txt").read_text(), re.MULTILINE)
    return str(version)
