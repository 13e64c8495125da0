"""The files in configs/ are settings of the service, and so is what a cluster is told."""

from pathlib import Path

import pytest
import yaml

from deepimage.errors import ConfigError, UsageError
from deepimage.serving.config import Serving, load

CONFIGS = Path(__file__).parents[2] / "configs"


def test_the_shipped_settings_are_the_defaults_but_for_the_models() -> None:
    shipped = load(CONFIGS / "serve.yaml")
    assert shipped.model_copy(update={"models": Serving().models}) == Serving()


def test_a_misspelt_key_is_named() -> None:
    with pytest.raises(ConfigError, match=r"queue\.megapixel"):
        load(None, ["queue.megapixel=1"])


def test_what_a_cluster_is_told_is_a_serve_config() -> None:
    schema = pytest.importorskip("ray.serve.schema")
    text = yaml.safe_load((CONFIGS / "serve-cluster.yaml").read_text())
    deploy = schema.ServeDeploySchema(**text)
    (application,) = deploy.applications
    assert Serving.model_validate(application.args).keys == "always"


def test_a_cluster_s_service_is_not_open_by_accident() -> None:
    deployments = pytest.importorskip("deepimage.serving.deployments")
    with pytest.raises(UsageError, match="keys: expected always"):
        deployments.application(Serving())
    assert deployments.application(Serving(insecure=True))
