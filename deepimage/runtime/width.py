"""How many generators the nodes hold, and what each of them gets."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import ray

from deepimage.config import Runtime
from deepimage.errors import UsageError
from deepimage.runtime.engine import Width

GROUP = "ray.io/node-group"
"""The label by which Ray's launcher and KubeRay tell the groups of nodes apart."""
_CORES = 4  # of one generator without a GPU: more tiles at once do not run faster for long


@dataclass(frozen=True)
class Node:
    """What one node offers. `memory` in bytes; 0 CPUs = it takes no work."""

    cpus: float
    gpus: float = 0
    memory: float = float("inf")
    labels: Mapping[str, str] = field(default_factory=dict)

    def has(self, labels: Mapping[str, str]) -> bool:
        """Whether it carries all of `labels`."""
        return all(self.labels.get(name) == value for name, value in labels.items())


def own_machine() -> list[Node]:
    """This machine as it is: an embedded cluster claims more CPUs than there are."""
    return [Node(os.cpu_count() or 1, ray.cluster_resources().get("GPU", 0))]


def read_nodes() -> list[Node]:
    """The living nodes of the cluster."""
    living = [(found["Resources"], found["Labels"]) for found in ray.nodes() if found["Alive"]]
    return [Node(has.get("CPU", 0), has.get("GPU", 0), has.get("memory", 0), labels) for has, labels in living]


def width_of(nodes: Sequence[Node], runtime: Runtime) -> Width:
    """Raises UsageError when none of the nodes can hold a generator; a cluster that has no workers yet may get some."""
    hosts = [node for node in nodes if node.has(runtime.restore_on)]
    gpus = _share(sum(node.gpus for node in hosts), runtime)
    rooms = [_room(node, gpus, runtime.memory) for node in hosts]
    if any(node.cpus for node in nodes) and not any(rooms):
        raise UsageError(_no_room(gpus, runtime))
    workers = runtime.actors or max(sum(rooms), 1)
    cores = sum(node.cpus for node, room in zip(hosts, rooms, strict=True) if room)
    others = sum(node.cpus for node in nodes if node.has(runtime.others_on))
    return Width(
        workers=workers,
        threads=runtime.threads or max(int(cores // workers), 1),
        gpus=gpus,
        probes=max(int(others // 2), 1),
        most=max(workers, runtime.max_actors or 0),
        memory=runtime.memory,
        labels=runtime.restore_on,
        nodes=Counter(node.labels.get(GROUP, "") for node in nodes),
    )


def _share(gpus: float, runtime: Runtime) -> float:
    """GPUs of each generator; 0 = it runs on CPUs."""
    if runtime.device == "cpu" or not gpus:
        return 0
    return runtime.gpus or (min(gpus / runtime.actors, 1) if runtime.actors else 1)


def _room(node: Node, gpus: float, memory: int) -> int:
    """Generators that fit on `node`."""
    if node.cpus < 1:
        return 0
    places = int(node.gpus) * int(1 / gpus + 1e-6) if gpus else max(int(node.cpus // _CORES), 1)
    return int(min(places, node.memory // memory)) if memory else places


def _no_room(gpus: float, runtime: Runtime) -> str:
    labels = ", ".join(f"{name}={value}" for name, value in runtime.restore_on.items())
    wants = f"{gpus:g} GPU and " if gpus else ""
    where = f" labelled {labels}" if labels else ""
    return f"no node{where} has {wants}{runtime.memory / 1e9:g} GB for a generator: see runtime.memory and restore_on"
