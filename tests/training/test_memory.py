import os
import subprocess
import sys

import pytest

_STEPS = """
import resource, torch
from deepimage.training.memory import keep_freed
{call}
def step():
    held = [torch.ones(3_000_000) for _ in range(4)]
for _ in range(5):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def _new_pages(call: str) -> int:
    """Pages that the kernel had to give to a later step of 48 MB, where glibc begins with what it hands back first."""
    eager = os.environ | {"MALLOC_TRIM_THRESHOLD_": "131072", "MALLOC_MMAP_THRESHOLD_": "131072"}
    return int(subprocess.check_output([sys.executable, "-c", _STEPS.format(call=call)], env=eager))


@pytest.mark.skipif(sys.platform != "linux", reason="glibc alone has mallopt")
def test_later_steps_live_in_the_memory_of_the_first() -> None:
    assert _new_pages("") > 5000
    assert _new_pages("keep_freed()") < 100
