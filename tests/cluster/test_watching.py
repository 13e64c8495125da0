"""A real Prometheus watches a run and a service on a real head: every query of every board has an answer."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import pytest
import yaml
from monitoring import BOARDS, MONITORING, RECORDED, queries
from PIL import Image

pytestmark = [pytest.mark.ray, pytest.mark.timeout(600)]

PICTURES = 300


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(log: Path, ready: Callable[[], bool], *command: object) -> Iterator[None]:
    """A process once it is `ready`; it ends with this, and takes along what it has started."""
    with log.open("w") as said:
        process = subprocess.Popen([*map(str, command)], stdout=said, stderr=said)
    try:
        while not ready():
            assert process.poll() is None, log.read_text()
            time.sleep(0.2)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def answers(address: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(address, timeout=5).status_code == 200
    return False


@dataclass(frozen=True)
class Watched:
    """Where Prometheus answers, and since when there was something to see."""

    prometheus: str
    since: float

    def ask(self, query: str) -> list[float]:
        """All values of the time, as a panel of Grafana has them; without those that are none."""
        window = {"query": query.replace("$__rate_interval", "1m"), "start": self.since, "end": time.time(), "step": 1}
        answer = httpx.get(f"{self.prometheus}/api/v1/query_range", params=window).json()
        assert answer["status"] == "success", answer
        values = [float(value) for series in answer["data"]["result"] for _, value in series["values"]]
        return [value for value in values if value == value]

    def names(self) -> set[str]:
        return set(httpx.get(f"{self.prometheus}/api/v1/label/__name__/values").json()["data"])


def scraping(folder: Path, target: str) -> Path:
    """The configuration of cluster/, for one node that is named, and in a hurry."""
    config = yaml.safe_load((MONITORING / "prometheus.yaml").read_text())
    (job,) = config["scrape_configs"]
    del job["dns_sd_configs"]
    job["static_configs"] = [{"targets": [target]}]
    config |= {"global": {"scrape_interval": "2s", "scrape_timeout": "2s"}, "rule_files": [str(MONITORING / "alerts.yaml")]}
    path = folder / "prometheus.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


def catalogue(folder: Path) -> Path:
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(PICTURES):
        coarse = Image.fromarray(rng.integers(0, 255, (6, 8, 3), dtype=np.uint8))
        coarse.resize((200, 160), Image.Resampling.BICUBIC).save(folder / f"{number}.jpg")
    (folder / "empty.jpg").write_bytes(b"")
    shutil.copy(folder / "0.jpg", folder / "copy.jpg")
    return folder


def restore_all(source: Path, target: Path, address: str) -> None:
    words = ("run", source, target, "--address", address, "--model", "lanczos", "--scale", "2")
    command = [sys.executable, "-m", "pipelines", *map(str, words), "--set", "runtime.batch_rows=2"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 3, done.stderr


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    if not shutil.which("prometheus"):
        pytest.skip("prometheus is not here: apt-get install prometheus")
    folder, temporary = tmp_path_factory.mktemp("watched"), Path("/tmp") / f"ray-{os.getpid()}"  # short, for sockets
    (folder / "token").write_text("0123456789abcdef" * 4)
    os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(folder / "token")}
    os.environ |= {"RAY_metrics_report_interval_ms": "1000", "RAY_worker_niceness": "0", "RAY_USAGE_STATS_ENABLED": "0"}
    gcs, client, agent, figures, service, own = (free_port() for _ in range(6))
    ports = (f"--port={gcs}", f"--ray-client-server-port={client}", f"--dashboard-agent-listen-port={agent}")
    quiet = ("--min-worker-port=0", "--max-worker-port=0", "--include-dashboard=false", f"--temp-dir={temporary}")
    head = ("start", "--head", "--block", "--num-cpus=8", f"--metrics-export-port={figures}", *ports, *quiet)
    scrape = (f"--config.file={scraping(folder, f'127.0.0.1:{figures}')}", f"--storage.tsdb.path={folder}/tsdb")
    settings = ("models=[bicubic]", f"state={folder}/state", f"address=127.0.0.1:{gcs}")
    serve = ("serve", "--port", service, *(word for setting in settings for word in ("--set", setting)))
    deepimage, ray, site = (
        (sys.executable, "-m", "pipelines"),
        Path(sys.executable).with_name("ray"),
        "http://127.0.0.1",
    )
    said = folder / "head.log"
    scrape = ("prometheus", *scrape, f"--web.listen-address=127.0.0.1:{own}")
    with (
        running(said, lambda: "runtime started" in said.read_text(), ray, *head),
        running(folder / "prometheus.log", lambda: answers(f"{site}:{own}/-/ready"), *scrape),
    ):
        since = time.time()
        with running(folder / "serve.log", lambda: answers(f"{site}:{service}/readyz"), *deepimage, *serve):
            restore_all(catalogue(folder / "dirty"), folder / "clean", f"127.0.0.1:{gcs}")
            for _ in range(6):
                picture = (folder / "dirty" / "1.jpg").read_bytes()
                httpx.post(f"{site}:{service}/v1/restore?scale=2", content=picture).raise_for_status()
                assert httpx.post(f"{site}:{service}/v1/restore", content=b"").is_client_error
                time.sleep(1)
            yield Watched(f"{site}:{own}", since)
    shutil.rmtree(temporary, ignore_errors=True)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.stem)
def test_every_query_of_a_board_has_an_answer(watched: Watched, board: Path) -> None:
    assert [query for query in queries(board) if not watched.ask(query)] == []


def test_the_books_agree(watched: Watched) -> None:
    """What Prometheus has seen of the run is what its manifest says."""
    for status, count in (("done", PICTURES), ("aliased", 1), ("quarantined", 1)):
        assert max(watched.ask(f'sum(deepimage_run_pictures_total{{status="{status}"}})')) == count
    megapixels = 4 * 200 * 160 / 1e6
    (total,) = {max(watched.ask('sum(deepimage_run_megapixels_total{status="done"})'))}
    assert total == pytest.approx(PICTURES * megapixels, rel=1e-3)
    assert min(watched.ask("deepimage_run_queue")) == 0
    assert min(watched.ask('1 - rate(deepimage_run_busy_seconds_total{stage="Restore"}[1m])')) < 1


def test_names_are_those_that_were_recorded(watched: Watched) -> None:
    recorded = set(RECORDED.read_text().split())
    if os.environ.get("RECORD"):
        RECORDED.write_text("\n".join(sorted(recorded | watched.names())) + "\n")
    ours = {name for name in watched.names() if name.startswith("deepimage_")}
    assert ours == {name for name in recorded if name.startswith("deepimage_")}


def test_prometheus_evaluates_the_alerts(watched: Watched) -> None:
    groups = httpx.get(f"{watched.prometheus}/api/v1/rules").json()["data"]["groups"]
    health = {rule["name"]: rule["health"] for group in groups for rule in group["rules"]}
    assert set(health.values()) <= {"ok", "unknown"}, json.dumps(groups)
