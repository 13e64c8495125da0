"""The files of `ray up` are what Ray itself accepts, and lead no other way than they say."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

CLUSTER = Path(__file__).parents[2] / "cluster"
LAUNCHERS = [CLUSTER / f"{name}.yaml" for name in ("aws", "gcp", "onprem")]


def config(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text())  # type: ignore[no-any-return]


@pytest.mark.parametrize("path", LAUNCHERS, ids=lambda path: path.stem)
def test_ray_s_own_schema_accepts_it(path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    import ray

    schema = json.loads((Path(ray.__file__).parent / "autoscaler" / "ray-schema.json").read_text())
    jsonschema.validate(config(path), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(config(path) | {"max_wokers": 3}, schema)


@pytest.mark.parametrize("path", LAUNCHERS, ids=lambda path: path.stem)
def test_ray_s_own_validation_accepts_it(path: Path) -> None:
    from ray.autoscaler._private.util import prepare_config, validate_config

    validate_config(prepare_config(config(path)))


@pytest.mark.parametrize("path", LAUNCHERS, ids=lambda path: path.stem)
def test_it_is_closed_to_strangers(path: Path) -> None:
    commands = "\n".join(config(path)["head_start_ray_commands"])
    assert "--dashboard-host=127.0.0.1" in commands
    for words in config(path)["head_start_ray_commands"][1:] + config(path)["worker_start_ray_commands"][1:]:
        assert "RAY_AUTH_MODE=token" in words
    assert "/home/ray/.ray/auth_token" in config(path)["file_mounts"]


@pytest.mark.parametrize("path", LAUNCHERS[:2], ids=lambda path: path.stem)
def test_the_head_takes_no_work_and_generators_are_on_spot_nodes(path: Path) -> None:
    types = config(path)["available_node_types"]
    assert types["head"]["resources"] == {"CPU": 0}
    assert "--num-cpus=0" in config(path)["head_start_ray_commands"][1]
    assert types["gpu"]["resources"]["GPU"] == 1
    assert "spot" in json.dumps(types["gpu"]["node_config"]).lower()
    assert config(path)["setup_commands"] == []


def test_one_image_everywhere() -> None:
    images = {config(path)["docker"]["image"] for path in LAUNCHERS}
    assert len(images) == 1
    assert images.pop().rpartition(":")[2] != "latest"
