"""Boards, rules and scrapes ask for what exists; rules speak up when they should."""

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from kustomize import rendered
from monitoring import ALERTS, BOARDS, CLUSTER, MONITORING, RECORDED, alerts, names, queries

from deepimage.runtime.watch import STEPS
from deepimage.serving.metrics import Metrics
from deepimage.serving.problems import CODES
from deepimage.storage.schema import MANIFEST

KNOWN = set(RECORDED.read_text().split())


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.stem)
def test_every_panel_asks_for_what_there_is(board: Path) -> None:
    content = json.loads(board.read_text())
    assert content["uid"] == f"deepimage-{board.stem}"
    assert len(content["panels"]) >= 8
    assert all(query.count("deepimage_") + query.count("ray_") >= 1 for query in queries(board))
    assert {name for query in queries(board) for name in names(query)} <= KNOWN
    places = [tuple(panel["gridPos"].values()) for panel in content["panels"]]
    assert len(set(places)) == len(places)


def test_every_alert_asks_for_what_there_is() -> None:
    asked = {name for query in alerts().values() for name in names(query)}
    assert len(asked) >= 6
    assert asked <= KNOWN
    assert set(re.findall(r'code="([^"]+)"', ALERTS.read_text())) <= set(CODES)


def test_what_was_recorded_is_what_the_service_has() -> None:
    metrics = Metrics()
    metrics.requests.labels("/", "200").inc()
    metrics.errors.labels("queue-full").inc()
    metrics.request_seconds.labels("/").observe(1)
    metrics.step_seconds.labels("decode").observe(1)
    metrics.megapixels.labels("fast-x4").inc()
    service = {name for name, _, _ in metrics.samples()}
    assert {name for name in KNOWN if re.match("deepimage_(?!run_)", name)} == service


def test_steps_are_the_columns_of_the_manifest() -> None:
    assert {f"seconds_{step}" for step in STEPS} == {name for name in MANIFEST.names if name.startswith("seconds_")}


def promtool(*arguments: object) -> None:
    tool = shutil.which("promtool")
    if not tool:
        pytest.skip("promtool is not here: apt-get install prometheus")
    checked = subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_prometheus_itself_accepts_the_rules_and_the_scrapes() -> None:
    promtool("check", "rules", ALERTS)
    promtool("check", "config", "--syntax-only", MONITORING / "prometheus.yaml")


RUN = 'deepimage_run_pictures_total{status="%s"}'
WAITING = ("deepimage_run_queue", "9x120")
WRONG = {  # what is the matter -> series, a sample a minute
    "DeepimageRunStands": [(RUN % "done", "5x120"), WAITING],
    "DeepimageRunFails": [(RUN % "done", "0+50x120"), (RUN % "failed", "0+1x120")],
    "DeepimageRunQuarantines": [(RUN % "done", "0+50x120"), (RUN % "quarantined", "0+15x120")],
    "DeepimageRunIdles": [
        ('deepimage_run_busy_seconds_total{stage="Restore"}', "0+25x120"),
        (RUN % "done", "0+50x120"),
        WAITING,
    ],
    "DeepimageFails": [
        ('deepimage_requests_total{status="200"}', "0+50x120"),
        ('deepimage_requests_total{status="500"}', "0+1x120"),
    ],
    "DeepimageFull": [('deepimage_errors_total{code="queue-full"}', "0+1x120")],
    "DeepimageSlow": [
        ('deepimage_request_seconds_bucket{route="/v1/restore",le="30"}', "0+90x120"),
        ('deepimage_request_seconds_bucket{route="/v1/restore",le="100"}', "0+100x120"),
        ('deepimage_request_seconds_bucket{route="/v1/restore",le="+Inf"}', "0+100x120"),
    ],
    "DeepimageLosesGenerators": [("deepimage_generators_lost_total", "0+1x120")],
}
RIGHT = [
    (RUN % "done", "0+50x120"),
    (RUN % "quarantined", "0+1x120"),
    WAITING,
    ('deepimage_run_busy_seconds_total{stage="Restore"}', "0+55x120"),
    ('deepimage_requests_total{status="200"}', "0+50x120"),
    ('deepimage_requests_total{status="404"}', "0+50x120"),
    ("deepimage_generators_lost_total", "1x120"),
]


@pytest.mark.parametrize("wrong", [*WRONG, None])
def test_an_alert_speaks_of_its_own_matter_and_of_no_other(wrong: str | None, tmp_path: Path) -> None:
    assert set(WRONG) == set(alerts())
    summaries = dict(re.findall(r'- alert: (\w+)(?:.*\n)+?.*summary: "(.+)"', ALERTS.read_text()))
    told = [{"exp_annotations": {"summary": summaries[wrong]}}] if wrong else []
    expected = [
        {"alertname": name, "eval_time": "1h50m", "exp_alerts": told if name == wrong else []} for name in alerts()
    ]
    series: Sequence[tuple[str, str]] = WRONG[wrong] if wrong else RIGHT
    case = {
        "rule_files": [str(ALERTS)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in series],
                "alert_rule_test": expected,
            }
        ],
    }
    (tmp_path / "case.yaml").write_text(yaml.safe_dump(case))
    promtool("test", "rules", tmp_path / "case.yaml")


def test_the_address_is_that_of_the_cluster() -> None:
    (job,) = yaml.safe_load((MONITORING / "prometheus.yaml").read_text())["scrape_configs"]
    (address,) = job["dns_sd_configs"]
    (service,) = [each for each in rendered("batch") if each["kind"] == "Service"]
    assert address["names"] == [f"{service['metadata']['name']}.{service['metadata']['namespace']}.svc"]
    assert [address["port"]] == [port["port"] for port in service["spec"]["ports"]] == [8080]  # KubeRay's own choice
    for name in ("aws", "gcp", "onprem"):
        assert (CLUSTER / f"{name}.yaml").read_text().count("--metrics-export-port=8080") == 2
