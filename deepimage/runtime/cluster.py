"""The way to a Ray cluster, or to one of our own."""

import atexit
import os
import shutil
import tempfile
from functools import cache
from typing import Any

import ray

from deepimage.errors import DeepimageError

_LOGICAL_CPUS = 8  # an embedded cluster with fewer deadlocks: every operator wants its share at once


def connect(address: str | None, cpus: int = 0) -> bool:
    """Join the cluster at `address`, or start an embedded one with at least `cpus` logical CPUs.

    True when that was done here, and so ends here.
    """
    if ray.is_initialized():
        return False
    os.environ.setdefault("RAY_AUTH_MODE", "disabled" if address is None else "token")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    embedded: dict[str, Any] = {}
    if address is None:
        embedded = {
            "num_cpus": max(_LOGICAL_CPUS, os.cpu_count() or 1, cpus),
            "include_dashboard": False,
            "_system_config": {"enable_metrics_collection": False},  # nobody scrapes an embedded cluster
            "_temp_dir": os.environ.get("RAY_TMPDIR") or _fleeting_folder(),
        }
    try:
        ray.init(address=address, log_to_driver=False, logging_level="ERROR", **embedded)
    except Exception as error:  # Ray has no class of its own for a start that took too long
        if address:
            raise
        why = next(iter(str(error).splitlines()), type(error).__name__)
        raise DeepimageError(f"Ray did not start: {why} Try again when the machine is less busy.") from error
    return True


@cache
def _fleeting_folder() -> str:
    """A folder for Ray's sockets and logs, which goes with this process."""
    folder = tempfile.mkdtemp(prefix="deepimage-ray-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
