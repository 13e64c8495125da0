"""What `kubectl apply -k` would apply, by the real kustomize."""

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

KUBERAY = Path(__file__).parents[2] / "cluster" / "kuberay"
OVERLAYS = {"batch": "RayJob", "online": "RayService", "interactive": "RayCluster"}
CLUSTER = {"batch": "rayClusterSpec", "online": "rayClusterConfig"}  # where `spec` has the cluster's; else it is it


@cache
def rendered(overlay: str) -> tuple[dict[str, Any], ...]:
    """Every object of an overlay."""
    if shutil.which("kustomize"):
        command = ["kustomize", "build"]
    elif shutil.which("kubectl"):
        command = ["kubectl", "kustomize"]
    else:
        pytest.skip("neither kustomize nor kubectl (1.27 or newer) is here; Debian's kubernetes-client is too old")
    built = subprocess.run([*command, KUBERAY / overlay], capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return tuple(yaml.safe_load_all(built.stdout))


def main(overlay: str) -> dict[str, Any]:
    """The one object of Ray's."""
    (found,) = (each for each in rendered(overlay) if each["apiVersion"] == "ray.io/v1")
    assert found["kind"] == OVERLAYS[overlay]
    return found


def cluster(overlay: str) -> dict[str, Any]:
    """The specification of its cluster."""
    spec: dict[str, Any] = main(overlay)["spec"]
    return spec[CLUSTER[overlay]] if overlay in CLUSTER else spec


def policies(overlay: str) -> list[dict[str, Any]]:
    """Its network policies."""
    return [each for each in rendered(overlay) if each["kind"] == "NetworkPolicy"]


def pods(overlay: str) -> dict[str, dict[str, Any]]:
    """Group -> its pod's template."""
    shape = cluster(overlay)
    groups = {group["groupName"]: group["template"] for group in shape["workerGroupSpecs"]}
    return {"head": shape["headGroupSpec"]["template"]} | groups
