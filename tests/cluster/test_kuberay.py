"""The manifests are what KubeRay's own definitions allow, to the last field."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from deepimage.serving.config import Serving

ROOT = Path(__file__).parents[2]
KUBERAY = ROOT / "cluster" / "kuberay"
CRDS = ROOT.parent / "shared" / "crd"
MANIFESTS = {
    "RayJob": (KUBERAY / "batch" / "rayjob.yaml", "rayjobs"),
    "RayService": (KUBERAY / "online" / "rayservice.yaml", "rayservices"),
    "RayCluster": (KUBERAY / "interactive" / "raycluster.yaml", "rayclusters"),
}


def manifest(kind: str) -> dict[str, Any]:
    return yaml.safe_load(MANIFESTS[kind][0].read_text())  # type: ignore[no-any-return]


def clusters() -> dict[str, dict[str, Any]]:
    """Kind -> the specification of its cluster."""
    found = {kind: manifest(kind)["spec"] for kind in MANIFESTS}
    return {"RayJob": found["RayJob"]["rayClusterSpec"], "RayService": found["RayService"]["rayClusterConfig"]} | {
        "RayCluster": found["RayCluster"]
    }


def strict(schema: Any) -> Any:
    """The same, refusing fields that it does not name."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: strict(value) for key, value in schema.items()}
    free = schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in schema
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object" and not free:
        closed["additionalProperties"] = False
    return closed


def schema_of(kind: str) -> Any:
    path = CRDS / f"ray.io_{MANIFESTS[kind][1]}.yaml"
    if not path.exists():
        pytest.skip(f"KubeRay's definitions are not here: {path.name}")
    versions = yaml.safe_load(path.read_text())["spec"]["versions"]
    schema = next(version for version in versions if version["name"] == "v1")["schema"]["openAPIV3Schema"]
    schema["properties"].setdefault("metadata", {"type": "object"})["x-kubernetes-preserve-unknown-fields"] = True
    return strict(schema)


@pytest.mark.parametrize("kind", MANIFESTS)
def test_kuberay_knows_every_field(kind: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft7Validator(schema_of(kind))
    assert [f"{'/'.join(map(str, e.path))}: {e.message}" for e in validator.iter_errors(manifest(kind))] == []
    wrong = manifest(kind)
    wrong["spec"]["replicaz"] = 1
    assert list(validator.iter_errors(wrong)), "it would refuse what it does not know"


@pytest.mark.parametrize("kind", MANIFESTS)
def test_pods_run_as_nobody_in_particular(kind: str) -> None:
    cluster = clusters()[kind]
    groups = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
    for group in groups:
        spec = group["template"]["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        (container,) = spec["containers"]
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["resources"]["requests"] == container["resources"]["limits"]
        assert container["image"].startswith("registry.example.com/deepimage:")
    assert cluster["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"
    assert [group["groupName"] for group in cluster["workerGroupSpecs"]] == ["cpu", "gpu"]
    assert groups[2]["template"]["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert cluster["authOptions"] == {"mode": "token"}
    assert cluster["autoscalerOptions"]["version"] == "v2"


def test_the_job_s_command_is_one_of_ours() -> None:
    from typer.testing import CliRunner

    from pipelines.cli import app

    words = shlex.split(manifest("RayJob")["spec"]["entrypoint"])
    assert words[:2] == ["deepimage", "run"]
    help_text = CliRunner().invoke(app, ["run", "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"}).output
    plain = re.sub(r"\x1b\[[0-9;]*m", "", help_text)
    assert {word for word in words if word.startswith("--")} <= set(re.findall(r"--[a-z-]+", plain))
    config = next(word for word in words if word.endswith(".yaml"))
    assert (ROOT / Path(config).relative_to("/opt/deepimage")).exists()


def test_the_service_is_the_one_of_the_configuration() -> None:
    """Also, Serve's own schema, which lets unknown keys pass, accepts both and knows every key."""
    from ray.serve.schema import HTTPOptionsSchema, LoggingConfig, ServeApplicationSchema, ServeDeploySchema

    embedded = yaml.safe_load(manifest("RayService")["spec"]["serveConfigV2"])
    assert embedded == yaml.safe_load((ROOT / "configs" / "serve-cluster.yaml").read_text())
    ServeDeploySchema.model_validate(embedded)
    (application,) = embedded["applications"]
    for part, schema in (
        (embedded, ServeDeploySchema),
        (embedded["http_options"], HTTPOptionsSchema),
        (embedded["logging_config"], LoggingConfig),
        (application, ServeApplicationSchema),
    ):
        assert set(part) <= set(schema.model_fields)
    Serving.model_validate(application["args"])


@pytest.mark.parametrize("folder", ["base", "batch", "online", "interactive"])
def test_kustomizations_name_what_is_there(folder: str) -> None:
    kustomization = yaml.safe_load((KUBERAY / folder / "kustomization.yaml").read_text())
    assert kustomization["kind"] == "Kustomization"
    for name in kustomization["resources"]:
        assert (KUBERAY / folder / name).exists()
    named = {name for name in kustomization["resources"] if name.endswith(".yaml")}
    assert {path.name for path in (KUBERAY / folder).iterdir()} == named | {"kustomization.yaml"}


def test_who_may_connect() -> None:
    policy = yaml.safe_load((KUBERAY / "base" / "network-policy.yaml").read_text())
    inside, outside = policy["spec"]["ingress"]
    assert {port["port"] for port in outside["ports"]} == {8000, 8080}
    assert "ports" not in inside
    label = policy["spec"]["podSelector"]["matchLabels"]
    for cluster in clusters().values():
        for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"]):
            assert group["template"]["metadata"]["labels"].items() >= label.items()
