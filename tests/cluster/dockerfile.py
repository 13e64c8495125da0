"""A Dockerfile as a list of instructions."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATH = ROOT / "cluster" / "Dockerfile"


@dataclass(frozen=True)
class Instruction:
    """One line, its continuations joined."""

    name: str
    words: str


def instructions(path: Path = PATH) -> list[Instruction]:
    """In order; comments are left out."""
    text = re.sub(r"^\s*#.*\n", "", path.read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [Instruction(*line.split(None, 1)) for line in lines if line.strip()]


def named(name: str) -> list[str]:
    """The words of all instructions of one name."""
    return [each.words for each in instructions() if each.name == name]
