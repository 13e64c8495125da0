"""What kustomize makes of the manifests is what Kubernetes and KubeRay allow, to the last field."""

import asyncio
import re
import shlex
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from jsonschema import Draft7Validator
from kustomize import KUBERAY, OVERLAYS, cluster, main, pods, policies, rendered

from deepimage.serving.config import Serving
from deepimage.serving.keys import KeyBook

ROOT = Path(__file__).parents[2]
CRDS = ROOT.parent / "shared" / "crd"


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


@cache
def validator(kind: str) -> Draft7Validator:
    """KubeRay's own definition, made strict."""
    path = CRDS / f"ray.io_{kind.lower()}s.yaml"
    if not path.exists():
        pytest.skip(f"KubeRay's definitions are not here: {path.name}")
    with path.open() as file:
        versions = yaml.load(file, yaml.CSafeLoader)["spec"]["versions"]  # a megabyte: the plain loader takes seconds
    schema = next(version for version in versions if version["name"] == "v1")["schema"]["openAPIV3Schema"]
    schema["properties"]["metadata"] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return Draft7Validator(strict(schema))


def complaints(manifest: dict[str, Any]) -> list[str]:
    """About `manifest`."""
    errors = validator(manifest["kind"]).iter_errors(manifest)
    return [f"{'/'.join(map(str, error.path))}: {error.message}" for error in errors]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kuberay_knows_every_field(overlay: str) -> None:
    manifest = main(overlay)
    assert complaints(manifest) == []
    wrong = yaml.safe_load(yaml.safe_dump(manifest))
    path = "rayClusterSpec" if overlay == "batch" else "rayClusterConfig" if overlay == "online" else None
    (wrong["spec"][path] if path else wrong["spec"])["workerGroupSpecs"][1]["template"]["spec"]["tolerationz"] = []
    assert len(complaints(wrong)) == 1


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kubernetes_knows_every_field_of_the_rest(overlay: str) -> None:
    assert all(each["metadata"]["namespace"] == "deepimage" for each in rendered(overlay))
    rest = [each for each in rendered(overlay) if each["kind"] != OVERLAYS[overlay]]
    assert {each["kind"] for each in rest} == {"NetworkPolicy", "Service"}
    for manifest in rest:
        kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)
        with pytest.raises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(manifest | {"spek": {}}, kubernetes_validate.latest_version(), strict=True)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_pods_may_do_little(overlay: str) -> None:
    """What the Pod Security Standard `restricted` asks for."""
    for name, pod in pods(overlay).items():
        spec = pod["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec.get("automountServiceAccountToken", True) is (name == "head")
        for container in (*spec["containers"], *spec.get("initContainers", [])):
            locked = container["securityContext"]
            assert locked == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
            assert container["image"] == f"registry.example.com/deepimage:0.1.0-{'cuda' if name == 'gpu' else 'cpu'}"
        assert spec["containers"][0]["envFrom"] == [{"secretRef": {"name": "deepimage-s3", "optional": True}}]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_head_takes_no_work_and_the_groups_are_told_apart(overlay: str) -> None:
    shape = cluster(overlay)
    assert shape["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"
    assert shape["authOptions"] == {"mode": "token"}
    cpu, gpu = (group["template"]["spec"] for group in shape["workerGroupSpecs"])
    assert "nvidia.com/gpu" not in cpu["containers"][0]["resources"]["limits"]
    assert gpu["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert [toleration["key"] for toleration in gpu["tolerations"]] == ["nvidia.com/gpu"]


def test_what_stays_grows_and_what_queues_does_not() -> None:
    """Kueue sets aside what a job names, and so refuses clusters that scale themselves."""
    for overlay in ("online", "interactive"):
        assert cluster(overlay)["enableInTreeAutoscaling"] is True
        assert cluster(overlay)["autoscalerOptions"]["version"] == "v2"
        assert "kueue.x-k8s.io/queue-name" not in main(overlay)["metadata"].get("labels", {})
    assert "enableInTreeAutoscaling" not in cluster("batch")
    assert main("batch")["metadata"]["labels"] == {"kueue.x-k8s.io/queue-name": "deepimage"}
    assert main("batch")["spec"]["shutdownAfterJobFinishes"] is True  # Kueue asks for it


def test_the_job_s_command_is_one_of_ours() -> None:
    from typer.testing import CliRunner

    from pipelines.cli import app

    words = shlex.split(main("batch")["spec"]["entrypoint"].partition("||")[0])
    assert words[:2] == ["deepimage", "run"]
    help_text = CliRunner().invoke(app, ["run", "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"}).output
    plain = re.sub(r"\x1b\[[0-9;]*m", "", help_text)
    assert {word for word in words if word.startswith("--")} <= set(re.findall(r"--[a-z-]+", plain))
    assert words[words.index("--address") + 1] == "auto"


@pytest.mark.parametrize(("code", "tried_again"), [(0, False), (3, False), (1, True), (2, True), (137, True)])
def test_a_finished_job_is_not_tried_again(code: int, tried_again: bool) -> None:
    spec = main("batch")["spec"]
    assert spec["backoffLimit"] == 5
    assert spec["submissionMode"] == "HTTPMode"  # others hand `||` to a shell of their own, outside the cluster
    ended = subprocess.run(["sh", "-c", f"deepimage() {{ return {code}; }}; {spec['entrypoint']}"], capture_output=True)
    assert (ended.returncode != 0) is tried_again


def test_the_service_is_the_one_of_the_configuration() -> None:
    """Also, Serve's own schema, which lets unknown keys pass, accepts both and knows every key."""
    from ray.serve.schema import HTTPOptionsSchema, LoggingConfig, ServeApplicationSchema, ServeDeploySchema

    embedded = yaml.safe_load(main("online")["spec"]["serveConfigV2"])
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
    settings = Serving.model_validate(application["args"])
    assert settings.keys == "always"
    assert settings.max_generators <= cluster("online")["workerGroupSpecs"][1]["maxReplicas"]


def test_an_upgrade_lets_requests_end() -> None:
    spec = main("online")["spec"]
    assert spec["upgradeStrategy"] == {"type": "NewCluster"}
    longest = yaml.safe_load(spec["serveConfigV2"])["http_options"]["request_timeout_s"]
    assert spec["rayClusterDeletionDelaySeconds"] > longest > Serving().requests.answer_seconds


@pytest.mark.parametrize("group", ["cpu", "gpu"])
def test_keys_of_the_secret_open_the_service(group: str, tmp_path: Path) -> None:
    """The very command of the init container, on a book that `deepimage keys create` made and a secret froze."""
    from pipelines.keys import create

    key = create(tmp_path / "made", "app", ["restore"])
    secret, state = tmp_path / "keys", tmp_path / "state"
    secret.mkdir()
    state.mkdir()
    (secret / "keys.db").write_bytes((tmp_path / "made" / "keys.db").read_bytes())
    (secret / "keys.db").chmod(0o440)
    pod = pods("online")[group]["spec"]
    (copy,) = pod["initContainers"]
    mounts = {mount["mountPath"]: mount["name"] for mount in copy["volumeMounts"]}
    assert mounts == {"/var/lib/deepimage": "state", "/keys": "keys"}
    assert pod["containers"][0]["volumeMounts"] == [{"name": "state", "mountPath": "/var/lib/deepimage"}]
    places = {"/keys/keys.db": secret / "keys.db", "/var/lib/deepimage/": state}
    subprocess.run([places.get(word, word) for word in copy["command"]], check=True)
    assert (state / "keys.db").stat().st_mode & 0o777 == 0o600
    book = KeyBook(state / "keys.db", "always")
    assert asyncio.run(book.authorize(key, "restore")).id == "app"
    book.close()


def allowed(overlay: str) -> list[tuple[str, set[int]]]:
    """Who may connect to a pod, and to which ports; none = all."""
    rules = [rule for policy in policies(overlay) for rule in policy["spec"]["ingress"]]
    return sorted(
        (peer.get("podSelector", {}).get("matchLabels", {}).get("app.kubernetes.io/name", "anyone"), ports)
        for rule in rules
        for ports in [{port["port"] for port in rule.get("ports", [])}]
        for peer in rule["from"]
    )


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_who_may_connect(overlay: str) -> None:
    clients = [("anyone", {8000})] if overlay == "online" else []
    assert allowed(overlay) == [*clients, ("deepimage", set()), ("kuberay-operator", {8265}), ("prometheus", {8080})]
    (service,) = [each for each in rendered(overlay) if each["kind"] == "Service"]
    selectors = [policy["spec"]["podSelector"]["matchLabels"] for policy in policies(overlay)]
    for label in (*selectors, service["spec"]["selector"]):
        assert all(pod["metadata"]["labels"].items() >= label.items() for pod in pods(overlay).values())
    assert any("Egress" in policy["spec"]["policyTypes"] for policy in policies(overlay))


@pytest.mark.parametrize("folder", ["base", *OVERLAYS])
def test_no_file_is_left_out(folder: str) -> None:
    text = (KUBERAY / folder / "kustomization.yaml").read_text()
    assert all(path.name in text for path in (KUBERAY / folder).iterdir() if path.name != "kustomization.yaml")
