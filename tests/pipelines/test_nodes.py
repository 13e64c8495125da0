"""The main job on a cluster of several nodes, of which some leave and others come."""

import os
import subprocess
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

import pytest
from catalogue import LOCAL, command, make, manifest, outputs, recipe, run
from nodes import Cluster, Node
from test_catalog import facts, partial_manifest, written

from pipelines.verify import verify

PICTURES, ROWS = int(os.environ.get("PICTURES", "160")), 2
IN_FLIGHT = 4 * ROWS  # of one generator worker: units that it has been handed
GENERATOR = ("model=fast-x4", "scale=4", f"runtime.batch_rows={ROWS}", "runtime.threads=1")


def start(source: Path, target: Path, cluster: Cluster) -> "subprocess.Popen[str]":
    settings = [word for item in GENERATOR for word in ("--set", item)]
    return subprocess.Popen(
        command("run", source, target, "--address", cluster.address, *settings),
        env=cluster.environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )


class Written:
    """Notes when each output of a run was written, and how often."""

    def __init__(self, target: Path, process: "subprocess.Popen[str]") -> None:
        self.times: dict[str, set[int]] = defaultdict(set)
        self._target, self._process = target, process

    def wait_for(self, count: int) -> None:
        while self._process.poll() is None and len(self.times) < count:
            for path in self._target.glob("[ab]/*.jpg"):
                self.times[path.name].add(path.stat().st_mtime_ns)
            time.sleep(0.1)

    def to_end(self) -> str:
        """What the run has said."""
        self.wait_for(10**9)
        return self._process.communicate()[1]

    @property
    def redone(self) -> int:
        return sum(len(times) - 1 for times in self.times.values())


def slow_down(node: Node) -> None:
    for process in node.family():
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, process.pid, 19)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("nodes") / "in", PICTURES, side=64)


@pytest.fixture(scope="module")
def undisturbed(source: Path) -> Path:
    """What one process makes of it."""
    run(source, source.parent / "local", recipe(LOCAL, *GENERATOR))
    return source.parent / "local"


@pytest.mark.ray
@pytest.mark.timeout(600)
def test_nodes_die_leave_and_come_and_nothing_is_lost(source: Path, undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with Cluster() as cluster:
        doomed, leaving, _ = (cluster.add(cpus=4) for _ in range(3))
        slow_down(leaving)
        process = start(source, out, cluster)
        seen = Written(out, process)
        seen.wait_for(PICTURES // 10)
        cluster.kill(doomed)
        cluster.add(cpus=4)
        seen.wait_for(PICTURES // 3)
        cluster.drain(leaving, seconds=5)
        said = seen.to_end()
    assert process.returncode == 0, said
    assert seen.redone <= IN_FLIGHT
    assert facts(manifest(out)) == facts(manifest(undisturbed))
    assert outputs(out) == outputs(undisturbed)
    assert list(verify(str(out), str(source), recipe())) == []


@pytest.mark.ray
@pytest.mark.timeout(600)
def test_without_its_head_a_run_ends_and_goes_on_elsewhere(source: Path, undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with Cluster() as cluster:
        cluster.add(cpus=4)
        process = start(source, out, cluster)
        seen = Written(out, process)
        seen.wait_for(PICTURES // 3)
        cluster.kill(cluster.head)
        said = seen.to_end()
    assert process.returncode == 1, said
    assert "Traceback" not in said
    before = written(out)
    recorded = {str(row["output"]) for row in partial_manifest(out)}
    assert 0 < len(recorded) < PICTURES
    with Cluster() as cluster:
        cluster.add(cpus=4)
        process = start(source, out, cluster)
        said = process.communicate()[1]
    assert process.returncode == 0, said
    assert [name for name in recorded if written(out)[name] != before[name]] == []
    assert outputs(out) == outputs(undisturbed)
    assert list(verify(str(out), str(source), recipe())) == []
