"""The main job on a cluster of several nodes, of which some leave and others come."""

import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest
from catalogue import LOCAL, command, make, manifest, outputs, recipe, run
from test_catalog import facts

from pipelines.verify import verify

sys.path.insert(0, str(Path(__file__).parents[1] / "runtime"))
from nodes import Nodes

PICTURES, ROWS = 40, 2
IN_FLIGHT = 4 * ROWS  # of one generator worker: units that it has been handed
GENERATOR = ("model=fast-x4", "scale=4", f"runtime.batch_rows={ROWS}", "runtime.threads=1")


def start(source: Path, target: Path, nodes: Nodes, *more: str) -> "subprocess.Popen[str]":
    settings = [word for item in (*GENERATOR, *more) for word in ("--set", item)]
    return subprocess.Popen(
        command("run", source, target, "--address", nodes.address, *settings),
        env=nodes.environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )


def watch(target: Path, seen: dict[str, set[int]]) -> int:
    """Note when each output was written; how many there are."""
    for path in target.glob("[ab]/*.jpg"):
        seen[path.name].add(path.stat().st_mtime_ns)
    return len(seen)


def wait_for(count: int, process: "subprocess.Popen[str]", target: Path, seen: dict[str, set[int]]) -> None:
    while process.poll() is None and watch(target, seen) < count:
        time.sleep(0.1)


@pytest.mark.ray
@pytest.mark.timeout(300)
def test_nodes_die_leave_and_come_and_nothing_is_lost(tmp_path: Path) -> None:
    source, out = make(tmp_path / "in", PICTURES, side=32), tmp_path / "out"
    seen: dict[str, set[int]] = defaultdict(set)
    with Nodes() as nodes:
        doomed, leaving, _ = (nodes.add(num_cpus=4, memory=5e9) for _ in range(3))
        nodes.slow(leaving)
        process = start(source, out, nodes)
        wait_for(4, process, out, seen)
        nodes.kill(doomed)
        nodes.add(num_cpus=4, memory=5e9)
        wait_for(12, process, out, seen)
        nodes.drain(leaving, seconds=5)
        wait_for(PICTURES, process, out, seen)
        _, said = process.communicate(timeout=200)
    assert process.returncode == 0, said
    assert sum(len(times) - 1 for times in seen.values()) <= IN_FLIGHT
    undisturbed = run(source, tmp_path / "local", recipe(LOCAL, *GENERATOR))
    assert facts(manifest(out)) == facts(undisturbed)
    assert outputs(out) == outputs(tmp_path / "local")
    assert list(verify(str(out), str(source), recipe())) == []
