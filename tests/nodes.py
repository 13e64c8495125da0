"""A real Ray cluster of several nodes on this machine, started as a user starts one: `ray start`, with a token.

Each node is a raylet with its workers; a node that is killed takes all of them along.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from ports import free_port

TOKEN = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "0123456789abcdef" * 3}
_LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}  # a driver that keeps to loopback
_HASTY = {  # tests do not wait a minute for a head that is dead, nor ten seconds for figures
    "RAY_gcs_rpc_server_reconnect_timeout_s": "10",
    "RAY_metrics_report_interval_ms": "1000",
}
_RAY = str(Path(sys.executable).with_name("ray"))
START_SECONDS = 120  # 6 on an idle machine


@dataclass
class Node:
    """What `Cluster` knows of a node."""

    id: str
    process: "subprocess.Popen[bytes]"
    metrics_port: int

    def family(self) -> list[psutil.Process]:
        return [*psutil.Process(self.process.pid).children(recursive=True), psutil.Process(self.process.pid)]


@dataclass
class Cluster:
    """Context manager: a head with `cpus`, and the nodes that `add` starts."""

    cpus: int = 0
    port: int = field(default_factory=free_port)
    dashboard_port: int = field(default_factory=free_port)
    nodes: list[Node] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="r-", dir="/tmp"))  # short: socket paths have a limit
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # where jobs find `deepimage`
        self._own = os.environ | TOKEN | _HASTY | {"PATH": path}
        self.environment = self._own | _LOOPBACK

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def dashboard(self) -> str:
        return f"http://127.0.0.1:{self.dashboard_port}"

    def __enter__(self) -> "Cluster":
        web = ("--dashboard-host=127.0.0.1", f"--dashboard-port={self.dashboard_port}")
        self.head = self._start("--head", f"--port={self.port}", f"--temp-dir={self.folder}", *web, cpus=self.cpus)
        return self

    def __exit__(self, *error: object) -> None:
        for node in (*self.nodes, self.head):
            self.kill(node)
        shutil.rmtree(self.folder, ignore_errors=True)

    def add(self, cpus: int) -> Node:
        """Start a node."""
        self.nodes.append(self._start(f"--address={self.address}", cpus=cpus))
        return self.nodes[-1]

    def kill(self, node: Node) -> None:
        """SIGKILL a node and all its workers, at once."""
        if node.process.poll() is None:
            for process in (family := node.family()):
                with suppress(psutil.NoSuchProcess):  # a worker that ends by itself
                    process.suspend()  # no one sees another go, and starts it again
            for process in family:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            node.process.wait()

    def drain(self, node: Node, seconds: int) -> None:
        """Tell a node that it will be preempted in so many seconds."""
        reason = ("--reason=DRAIN_NODE_REASON_PREEMPTION", "--reason-message=spot notice")
        deadline = f"--deadline-remaining-seconds={seconds}"
        command = [_RAY, "drain-node", f"--address={self.address}", f"--node-id={node.id}", *reason, deadline]
        done = subprocess.run(command, env=self._own, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def _start(self, *words: str, cpus: int) -> Node:
        known = self._living()
        figures = free_port()
        ports = (f"--dashboard-agent-listen-port={free_port()}", f"--metrics-export-port={figures}")
        shape = (f"--num-cpus={cpus}", "--memory=8000000000", "--object-store-memory=200000000")
        command = [_RAY, "start", "--block", "--node-ip-address=127.0.0.1", "--disable-usage-stats"]
        log = (self.folder / f"{len(self.nodes)}.log").open("wb")
        process, deadline = None, time.monotonic() + START_SECONDS
        while not (new := self._living() - known):
            assert time.monotonic() < deadline, Path(log.name).read_text()
            if process is None or process.poll() is not None:  # Ray gives up after 30 s, which a busy machine may need
                process = subprocess.Popen([*command, *shape, *ports, *words], env=self._own, stdout=log, stderr=log)
            time.sleep(0.3)
        assert process is not None
        return Node(new.pop(), process, figures)

    def _living(self) -> set[str]:
        """Ids of living nodes; none before there is a head."""
        script = "import sys; from ray._raylet import GcsClient\n"
        script += "for id, node in GcsClient(address=sys.argv[1]).get_all_node_info(timeout=5).items():\n"
        script += "    print(id.hex() if node.state == 0 else '')"
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", self.port)):
                return set()
        done = subprocess.run(
            [sys.executable, "-c", script, self.address], env=self._own, capture_output=True, text=True
        )
        return set(done.stdout.split())
