"""What many tests share: a Ray cluster for the whole session, and sample photographs."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from s3 import swift  # noqa: F401


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that start a cluster or are slow come first: two workers then finish together, not one after the other."""
    long = {item.path for item in items if item.get_closest_marker("ray") or item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="session")
def ray_cluster() -> Iterator[None]:
    """An embedded cluster of eight logical CPUs, with a folder of its own."""
    os.environ["RAY_AUTH_MODE"] = "disabled"
    os.environ["PYTHONPATH"] = str(Path(__file__).parent / "runtime")  # workers import the sample stages
    import ray

    folder = tempfile.mkdtemp(prefix="ray-")  # short: socket paths have a limit
    ray.init(num_cpus=8, include_dashboard=False, log_to_driver=False, logging_level="ERROR", _temp_dir=folder)
    yield
    ray.shutdown()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def photos() -> dict[str, np.ndarray]:
    """Photographs that scikit-image ships: name -> (H, W, 3) uint8."""
    from skimage import data

    return {name: np.asarray(getattr(data, name)()) for name in ("astronaut", "chelsea", "coffee", "rocket")}
