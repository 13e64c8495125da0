"""How many generators a cluster holds: by GPUs, cores, memory and labels of its nodes."""

import pytest

from deepimage.config import Runtime
from deepimage.errors import UsageError
from deepimage.runtime.width import GROUP, Node, width_of

GB = 10**9
HEAD = Node(0, 0, 8 * GB, {GROUP: "head"})
CPU = Node(8, 0, 20 * GB, {GROUP: "cpu"})
GPU = Node(16, 2, 64 * GB, {GROUP: "gpu", "zone": "a"})


def test_one_per_four_cores_and_each_has_its_share_of_threads() -> None:
    width = width_of([HEAD, CPU, CPU, Node(2, 0, 6 * GB)], Runtime())
    assert (width.workers, width.threads, width.gpus, width.probes) == (5, 3, 0, 9)
    assert width.nodes == {"head": 1, "cpu": 2, "": 1}


def test_one_per_gpu_or_per_part_of_one() -> None:
    nodes = [HEAD, CPU, GPU, GPU]
    assert (width_of(nodes, Runtime()).workers, width_of(nodes, Runtime()).threads) == (4, 8)
    assert (width_of(nodes, Runtime(gpus=0.5)).workers, width_of(nodes, Runtime(gpus=0.5)).gpus) == (8, 0.5)
    assert width_of(nodes, Runtime(gpus=0.4)).workers == 8  # a fifth of two GPUs each is left: no actor spans two
    assert (width_of(nodes, Runtime(actors=8)).gpus, width_of(nodes, Runtime(device="cpu")).gpus) == (0.5, 0)


def test_memory_limits_what_a_node_holds() -> None:
    assert width_of([CPU, CPU], Runtime(memory=12 * GB)).workers == 2
    assert width_of([GPU], Runtime(memory=40 * GB)).workers == 1


def test_labels_choose_the_nodes() -> None:
    nodes = [HEAD, CPU, CPU, GPU]
    width = width_of(nodes, Runtime(restore_on={GROUP: "cpu"}, others_on={"zone": "a"}))
    assert (width.workers, width.gpus, width.probes, width.labels) == (4, 0, 8, {GROUP: "cpu"})


@pytest.mark.parametrize("settings", [{"memory": 90 * GB}, {"restore_on": {GROUP: "tpu"}}])
def test_no_room_is_said_at_once(settings: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"no node.* GB for a generator: see runtime\.memory"):
        width_of([HEAD, CPU, GPU], Runtime(**settings))


def test_a_cluster_that_starts_its_workers_on_demand_is_waited_for() -> None:
    assert width_of([HEAD], Runtime()).workers == 1
    assert width_of([HEAD], Runtime(actors=3)).workers == 3


def test_more_may_come() -> None:
    assert width_of([CPU], Runtime()).most == 2
    assert width_of([CPU], Runtime(max_actors=9)).most == 9
