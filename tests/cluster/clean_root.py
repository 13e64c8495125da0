"""The Dockerfile's steps as a script, for a machine without a container engine. As root, with debootstrap:

    python tests/cluster/clean_root.py FOLDER TORCH_BUILD=cpu    makes FOLDER/image: `chroot --userspec=1000:1000`

Debian's own Python, in a virtual environment at /usr/local, stands for that of the base image.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from dockerfile import ROOT, Instruction, instructions

DEBIAN = "http://deb.debian.org/debian"
PACKAGES = "python3,python3-dev,python3-venv,ca-certificates"
LENT = ("proc", "dev", "opt/wheels", "opt/pypi", "opt/pypi-more")  # of this machine; the last three where it has them
COPIED = ("etc/resolv.conf", "etc/ssl/certs/ca-certificates.crt", "etc/pip.conf")


class Stage:
    """One FROM: a root of its own, and the state that instructions leave for those after them."""

    def __init__(self, base: Path, folder: Path, build: dict[str, str]) -> None:
        self.folder, self._build, self._place, self._user = folder, build, "/", "0"
        self._variables: dict[str, str] = {}
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run(["cp", "-a", base, folder], check=True)
        for name in LENT:
            if Path("/", name).exists():
                (folder / name).mkdir(parents=True, exist_ok=True)
                subprocess.run(["mount", "--rbind", f"/{name}", folder / name], check=True)

    def do(self, step: Instruction, stages: dict[str, "Stage"]) -> None:
        """One instruction; HEALTHCHECK and CMD are for who runs the image."""
        act = getattr(self, step.name.lower(), None)
        if step.name == "COPY":
            self.copy(step.words, stages)
        elif act:
            act(step.words)

    def arg(self, words: str) -> None:
        name, _, value = words.partition("=")
        self._variables[name] = self._build.get(name, value)

    def env(self, words: str) -> None:
        self._variables |= dict(pair.split("=", 1) for pair in words.split())

    def user(self, words: str) -> None:
        self._user = words

    def workdir(self, words: str) -> None:
        self._place = words
        self._inside(words).mkdir(parents=True, exist_ok=True)

    def copy(self, words: str, stages: dict[str, "Stage"]) -> None:
        *sources, target = re.sub(r"--from=\S+", "", words).split()
        origin = re.search(r"--from=(\S+)", words)
        for source in sources:
            place = stages[origin[1]].folder / source.lstrip("/") if origin else ROOT / source
            into = self._inside(target) / (place.name if target.endswith("/") else "")
            into.parent.mkdir(parents=True, exist_ok=True)
            if place.is_dir():
                shutil.copytree(place, into, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
            else:
                shutil.copy(place, into)

    def run(self, words: str) -> None:
        command = [
            "chroot",
            f"--userspec={self._user}:{self._user}",
            self.folder,
            "sh",
            "-ec",
            f"cd {self._place}; {words}",
        ]
        path = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/root"}
        subprocess.run(command, check=True, env=os.environ | path | self._variables)

    def _inside(self, place: str) -> Path:
        return self.folder / str(Path(self._place, place)).lstrip("/")


def main(folder: Path, build: dict[str, str]) -> None:
    base = folder / "base"
    if not base.exists():
        subprocess.run(
            ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", base, DEBIAN], check=True
        )
        subprocess.run(["chroot", base, "python3", "-m", "venv", "/usr/local"], check=True)
    for name in COPIED:
        if Path("/", name).exists():
            (base / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path("/", name), base / name)
    stages: dict[str, Stage] = {}
    for step in instructions():
        sys.stderr.write(f"{step.name} {step.words}\n")
        if step.name == "FROM":
            name = step.words.rpartition(" AS ")[2] if " AS " in step.words else "image"
            stages[name] = Stage(base, folder / name, build)
        elif stages:
            stages[name].do(step, stages)


if __name__ == "__main__":
    if "DEEPIMAGE_UNSHARED" not in os.environ:  # what is mounted here is seen, and stays, nowhere else
        os.environ["DEEPIMAGE_UNSHARED"] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv])
    main(Path(sys.argv[1]).resolve(), dict(word.split("=", 1) for word in sys.argv[2:]))
