"""What cluster/ asks Prometheus for."""

import json
import re
from pathlib import Path

import yaml

CLUSTER = Path(__file__).parents[2] / "cluster"
MONITORING = CLUSTER / "monitoring"
ALERTS = MONITORING / "alerts.yaml"
BOARDS = sorted((CLUSTER / "grafana").glob("*.json"))
RECORDED = Path(__file__).with_name("ray_metrics.txt")  # every name that a run and a service showed Prometheus


def queries(board: Path) -> list[str]:
    """Of every panel."""
    panels = json.loads(board.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def alerts() -> dict[str, str]:
    """Name -> expression."""
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    return {rule["alert"]: rule["expr"] for group in groups for rule in group["rules"]}


def names(query: str) -> set[str]:
    """Of the series that it asks for."""
    return set(re.findall(r"\b(?:deepimage|ray)_\w+", query))
