"""The files of `ray up` are what Ray itself accepts, and lead no other way than they say."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from dockerfile import named
from jsonschema import ValidationError, validate

CLUSTER = Path(__file__).parents[2] / "cluster"
LAUNCHERS = [CLUSTER / f"{name}.yaml" for name in ("aws", "gcp", "onprem")]
each = pytest.mark.parametrize("path", LAUNCHERS, ids=lambda path: path.stem)
clouds = pytest.mark.parametrize("path", LAUNCHERS[:2], ids=lambda path: path.stem)


def config(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text())  # type: ignore[no-any-return]


@each
def test_ray_s_own_schema_accepts_it(path: Path) -> None:
    import ray

    schema = json.loads((Path(ray.__file__).parent / "autoscaler" / "ray-schema.json").read_text())
    validate(config(path), schema)
    with pytest.raises(ValidationError):
        validate(config(path) | {"max_wokers": 3}, schema)


@each
def test_ray_s_own_validation_accepts_it(path: Path) -> None:
    from ray.autoscaler._private.util import prepare_config, validate_config

    validate_config(prepare_config(config(path)))


@each
def test_it_is_closed_to_strangers(path: Path) -> None:
    """A token on every node, from the folder that is copied there; nothing listens to others than the nodes."""
    options = config(path)["docker"]["run_options"]
    assert "--env RAY_AUTH_MODE=token" in options
    (token,) = [option.partition("TOKEN_PATH=")[2] for option in options if "TOKEN_PATH" in option]
    assert config(path)["file_mounts"] == {str(Path(token).parent): "~/.deepimage"}
    assert {"--security-opt no-new-privileges", "--cap-drop ALL"} <= set(options)
    (start,) = [command for command in config(path)["head_start_ray_commands"] if "--head" in command]
    assert "--dashboard-host=127.0.0.1" in start
    assert "IpPermissions" not in config(path)["provider"].get("security_group", {})


@each
def test_the_head_takes_no_work(path: Path) -> None:
    (start,) = [command for command in config(path)["head_start_ray_commands"] if "--head" in command]
    assert "--num-cpus=0" in start
    assert all("--num-cpus" not in command for command in config(path)["worker_start_ray_commands"])
    assert config(path)["setup_commands"] == []


@clouds
def test_generators_are_on_spot_nodes_and_are_there_when_a_run_starts(path: Path) -> None:
    types = config(path)["available_node_types"]
    assert list(types) == ["head", "cpu", "gpu"]
    assert types["head"]["resources"] == {"CPU": 0}
    assert types["gpu"]["resources"]["GPU"] == 1
    assert types["gpu"]["min_workers"] == types["gpu"]["max_workers"]
    assert "GPU" not in types["cpu"]["resources"]
    for name, spot in (("head", False), ("cpu", False), ("gpu", True)):
        assert ("spot" in json.dumps(types[name]["node_config"]).lower()) is spot
    workers = sum(types[name]["max_workers"] for name in ("cpu", "gpu"))
    assert config(path)["max_workers"] == workers


@each
def test_one_image_everywhere_with_cuda_where_gpus_are(path: Path) -> None:
    docker = config(path)["docker"]
    assert docker["head_image"] == "registry.example.com/deepimage:0.1.0-cpu"
    assert docker["worker_image"] == "registry.example.com/deepimage:0.1.0-cuda"
    types = config(path).get("available_node_types", {})
    assert {name: kind["docker"]["worker_image"] for name, kind in types.items() if "docker" in kind} == (
        {"cpu": docker["head_image"]} if types else {}
    )
    assert named("USER")[-1] == "1000"  # the user who owns what is copied in, on the machine images that are named
