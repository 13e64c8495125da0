"""A real cluster of several nodes on this machine, in a process of its own: each node is a raylet with its workers.

    python nodes.py FOLDER            then one command a line on stdin, one answer a line on stdout

`Nodes` is the other end of it. The folder must have a short name: socket paths have a limit.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

_PATIENT = {"RAY_agent_register_timeout_ms": "120000"}  # machines are busy
_AGENTS = ("metrics_agent_port", "runtime_env_agent_port", "dashboard_agent_listen_port", "metrics_export_port")


class Nodes:
    """Context manager: a head that takes no work, and the nodes that `add` starts. `environment`: more of it."""

    def __init__(self, environment: Mapping[str, str] | None = None, **head: Any) -> None:
        self._folder = tempfile.mkdtemp(prefix="n-", dir="/tmp")
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # where jobs find `deepimage`
        own = os.environ | _PATIENT | {"RAY_AUTH_MODE": "disabled", "RAY_TMPDIR": self._folder, "PATH": path}
        own |= environment or {}
        self.environment = own | {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}  # a driver that keeps to loopback
        self._process = subprocess.Popen(
            [sys.executable, __file__, json.dumps(head)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=own,
            text=True,
        )
        self.address, self.dashboard = json.loads(self._answer())

    def add(self, **node: Any) -> str:
        """Start a node -> its id. Keywords: num_cpus, labels, memory, ..."""
        return self._ask("add", json.dumps(node))

    def kill(self, id: str) -> None:
        """SIGKILL a node and all its workers."""
        self._ask("kill", id)

    def drain(self, id: str, seconds: float) -> None:
        """Tell a node that it will be preempted in so many seconds."""
        self._ask("drain", id, str(seconds))

    def slow(self, id: str) -> None:
        """Give a node, and what it starts from now on, the lowest priority."""
        self._ask("slow", id)

    def behead(self) -> None:
        """SIGKILL the head: the cluster is gone."""
        self._ask("behead")

    def alive(self) -> int:
        """Living nodes, the head among them."""
        return int(self._ask("alive"))

    def __enter__(self) -> "Nodes":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._ask("end")
            self._process.wait(60)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _ask(self, *words: str) -> str:
        assert self._process.stdin
        self._process.stdin.write("\t".join(words) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        assert self._process.stdout
        for line in self._process.stdout:
            if line.startswith("> "):
                return line[2:].rstrip("\n")
        raise RuntimeError("the nodes' process is gone")


class _Host:
    """The process that owns the nodes."""

    def __init__(self, head: dict[str, Any]) -> None:
        from ray.cluster_utils import Cluster

        quick = {"health_check_period_ms": 1000, "enable_metrics_collection": False}
        own = {"num_cpus": 0, "include_dashboard": False, "_system_config": quick}
        self._cluster = Cluster(initialize_head=True, head_node_args=_ports() | own | head)
        self._nodes: dict[str, Any] = {}
        self.address = self._cluster.address
        self.dashboard = self._cluster.webui_url

    def add(self, node: str) -> str:
        started = self._cluster.add_node(**_ports() | json.loads(node))
        self._nodes[started.node_id] = started
        return str(started.node_id)

    def kill(self, id: str) -> str:
        import psutil

        node = self._nodes.pop(id)
        raylet = node.all_processes["raylet"][0].process.pid
        family = [psutil.Process(raylet), *psutil.Process(raylet).children(recursive=True)]
        for process in family:
            process.kill()
        self._cluster.remove_node(node, allow_graceful=False)
        return ""

    def drain(self, id: str, seconds: str) -> str:
        from ray._raylet import GcsClient
        from ray.core.generated.autoscaler_pb2 import DrainNodeReason

        reason = DrainNodeReason.Value("DRAIN_NODE_REASON_PREEMPTION")
        deadline = int((time.time() + float(seconds)) * 1000)
        accepted, why = GcsClient(address=self.address).drain_node(id, reason, "spot notice", deadline)
        return f"{accepted} {why}"

    def slow(self, id: str) -> str:
        os.setpriority(os.PRIO_PROCESS, self._nodes[id].all_processes["raylet"][0].process.pid, 19)
        return ""

    def behead(self) -> str:
        self._cluster.head_node.kill_all_processes(check_alive=False, allow_graceful=False)
        return ""

    def alive(self) -> str:
        return str(sum(node["Alive"] for node in self._cluster.global_state.node_table()))

    def end(self) -> str:
        self._cluster.shutdown()
        return ""


def _ports() -> dict[str, Any]:
    """Loopback, and ports that a raylet knows at once: it gives up when it has to wait for its agents to name them."""
    doors = [socket.create_server(("127.0.0.1", 0)) for _ in _AGENTS]
    ports = {name: door.getsockname()[1] for name, door in zip(_AGENTS, doors, strict=True)}
    for door in doors:
        door.close()
    return {"node_ip_address": "127.0.0.1"} | ports


def main() -> None:
    """Answer until told to end."""
    host = _Host(json.loads(sys.argv[1]))
    print(">", json.dumps([host.address, host.dashboard]), flush=True)  # noqa: T201
    for line in sys.stdin:
        act, *words = line.rstrip("\n").split("\t")
        print(">", getattr(host, act)(*words), flush=True)  # noqa: T201
        if act == "end":
            return


if __name__ == "__main__":
    main()
