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
from paced import paced
from PIL import Image

pytestmark = [pytest.mark.ray, pytest.mark.timeout(600)]

DEEPIMAGE = (sys.executable, "-m", "pipelines")
PICTURES = 60


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
    config |= {
        "global": {"scrape_interval": "3s", "scrape_timeout": "3s"},
        "rule_files": [str(MONITORING / "alerts.yaml")],
    }
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


def restore_all(source: Path, target: Path, address: str, watched: Watched) -> None:
    """The run, fed so that Prometheus looks several times while it goes on."""
    words = ("run", source.with_suffix(".txt"), target, "--address", address, "--model", "lanczos", "--scale", "2")
    settings = ("runtime.batch_rows=2", "runtime.actors=1", "runtime.threads=1", "storage.read_seconds=120")
    command = [*DEEPIMAGE, *map(str, words), *(word for one in settings for word in ("--set", one))]
    with paced(source, lambda: max(watched.ask("sum(deepimage_run_pictures_total)"), default=0)) as site:
        source.with_suffix(".txt").write_text("".join(f"{site}/{path.name}\n" for path in source.iterdir()))
        done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 3, done.stderr


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    if not shutil.which("prometheus"):
        pytest.skip("prometheus is not here: apt-get install prometheus")
    folder, temporary = tmp_path_factory.mktemp("watched"), Path("/tmp") / f"ray-{os.getpid()}"  # short, for sockets
    (folder / "token").write_text("0123456789abcdef" * 4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN_PATH", str(folder / "token"))
        patch.setenv("RAY_metrics_report_interval_ms", "1000")
        patch.setenv("RAY_worker_niceness", "0")
        with started(folder, temporary) as watched:
            yield watched
    shutil.rmtree(temporary, ignore_errors=True)


@contextlib.contextmanager
def started(folder: Path, temporary: Path) -> Iterator[Watched]:
    """Head, Prometheus, service; after a run, and some requests."""
    gcs, client, agent, figures, service, own = (free_port() for _ in range(6))
    ports = (f"--port={gcs}", f"--ray-client-server-port={client}", f"--dashboard-agent-listen-port={agent}")
    quiet = ("--min-worker-port=0", "--max-worker-port=0", "--include-dashboard=false", "--disable-usage-stats")
    shape = ("--num-cpus=8", f"--temp-dir={temporary}", f"--metrics-export-port={figures}")
    head = (Path(sys.executable).with_name("ray"), "start", "--head", "--block", *shape, *ports, *quiet)
    config, place = scraping(folder, f"127.0.0.1:{figures}"), f"--storage.tsdb.path={folder}/tsdb"
    scrape = ("prometheus", f"--config.file={config}", place, f"--web.listen-address=127.0.0.1:{own}")
    settings = ("models=[bicubic]", f"state={folder}/state", f"address=127.0.0.1:{gcs}")
    serve = (*DEEPIMAGE, "serve", "--port", service, *(word for one in settings for word in ("--set", one)))
    said, prometheus, site = folder / "head.log", f"http://127.0.0.1:{own}", f"http://127.0.0.1:{service}"
    with (
        running(said, lambda: "runtime started" in said.read_text(), *head),
        running(folder / "prometheus.log", lambda: answers(f"{prometheus}/-/ready"), *scrape),
        running(folder / "serve.log", lambda: answers(f"{site}/readyz"), *serve),
    ):
        watched = Watched(prometheus, time.time())
        restore_all(catalogue(folder / "dirty"), folder / "clean", f"127.0.0.1:{gcs}", watched)
        for _ in range(6):
            picture = (folder / "dirty" / "1.jpg").read_bytes()
            httpx.post(f"{site}/v1/restore?scale=2", content=picture, timeout=60).raise_for_status()
            assert httpx.post(f"{site}/v1/restore", content=b"", timeout=60).is_client_error
            time.sleep(1)
        yield watched


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
    assert 0 < max(watched.ask("deepimage_run_queue")) <= PICTURES + 1
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
