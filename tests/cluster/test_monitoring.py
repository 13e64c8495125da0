"""Rules and scrapes ask for what exists."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from deepimage.serving.metrics import Metrics
from deepimage.serving.problems import CODES

MONITORING = Path(__file__).parents[2] / "cluster" / "monitoring"
ALERTS = MONITORING / "alerts.yaml"


def test_every_figure_that_is_asked_for_is_one_of_the_service() -> None:
    known = set(re.findall(r"^# TYPE (\S+)", Metrics().text().decode(), re.MULTILINE))
    known |= {f"{name}_bucket" for name in known}
    asked = set(re.findall(r"\bdeepimage_\w+", ALERTS.read_text()))
    assert len(asked) >= 4
    assert asked <= known
    assert set(re.findall(r'code="([^"]+)"', ALERTS.read_text())) <= set(CODES)


def test_prometheus_itself_accepts_the_rules_and_the_scrapes() -> None:
    promtool = shutil.which("promtool")
    if not promtool:
        pytest.skip("promtool is not here: apt install prometheus")
    subprocess.run([promtool, "check", "rules", ALERTS], check=True, capture_output=True)
    checked = subprocess.run(
        [promtool, "check", "config", "--syntax-only", MONITORING / "prometheus.yaml"], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr


def test_the_ports_are_those_of_the_cluster() -> None:
    jobs = {
        job["job_name"]: job for job in yaml.safe_load((MONITORING / "prometheus.yaml").read_text())["scrape_configs"]
    }
    assert jobs["ray"]["relabel_configs"][1]["replacement"] == "$1:8080"
    launcher = (MONITORING.parent / "aws.yaml").read_text()
    assert launcher.count("--metrics-export-port=8080") == 2
