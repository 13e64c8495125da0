"""A real Prometheus watches a run and a service on a real head: every query of every board has an answer."""

import contextlib
import json
import shutil
import signal
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
from nodes import Cluster
from PIL import Image
from ports import free_port

pytestmark = [pytest.mark.ray, pytest.mark.timeout(600)]

DEEPIMAGE = (sys.executable, "-m", "pipelines")
PICTURES = 160  # the run must last for some looks of Prometheus


@contextlib.contextmanager
def running(log: Path, address: str, *command: object, env: dict[str, str] | None = None) -> Iterator[None]:
    """A process once it answers at `address`; it ends with this."""
    with log.open("w") as said:
        process = subprocess.Popen([*map(str, command)], stdout=said, stderr=said, env=env)
    try:
        while not answers(address):
            assert process.poll() is None, log.read_text()
            time.sleep(0.3)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def answers(address: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(address, timeout=5).status_code == 200
    return False


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.5)


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


def scraping(folder: Path, port: int) -> Path:
    """The configuration of cluster/, for one node that is named, and in a hurry."""
    config = yaml.safe_load((MONITORING / "prometheus.yaml").read_text())
    (job,) = config["scrape_configs"]
    del job["dns_sd_configs"]
    job["static_configs"] = [{"targets": [f"127.0.0.1:{port}"]}]
    hurry = {"scrape_interval": "2s", "scrape_timeout": "2s"}
    path = folder / "prometheus.yaml"
    path.write_text(yaml.safe_dump(config | {"global": hurry, "rule_files": [str(MONITORING / "alerts.yaml")]}))
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


def restore_all(source: Path, target: Path, cluster: Cluster) -> None:
    settings = ("runtime.batch_rows=2", "runtime.actors=1", "runtime.threads=1")
    command = [*DEEPIMAGE, "run", str(source), str(target), "--address", cluster.address]
    command += [word for one in settings for word in ("--set", one)]
    done = subprocess.run(command, capture_output=True, text=True, env=cluster.environment)
    assert done.returncode == 3, done.stderr


def ask_the_service(site: str, picture: bytes) -> None:
    for _ in range(8):
        httpx.post(f"{site}/v1/restore?scale=2", content=picture, timeout=60).raise_for_status()
        assert httpx.post(f"{site}/v1/restore", content=b"", timeout=60).is_client_error
        time.sleep(1)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """After a run, and some requests."""
    if not shutil.which("prometheus"):
        pytest.skip("prometheus is not here: apt-get install prometheus")
    folder, own, service = tmp_path_factory.mktemp("watched"), free_port(), free_port()
    prometheus, site = f"http://127.0.0.1:{own}", f"http://127.0.0.1:{service}"
    with Cluster(cpus=8) as cluster:
        config, place = scraping(folder, cluster.head.metrics_port), f"--storage.tsdb.path={folder}/tsdb"
        scrape = ("prometheus", f"--config.file={config}", place, f"--web.listen-address=127.0.0.1:{own}")
        settings = ("models=[bicubic]", f"state={folder}/state", f"address={cluster.address}")
        serve = (*DEEPIMAGE, "serve", "--port", service, *(word for one in settings for word in ("--set", one)))
        source = catalogue(folder / "dirty")
        with running(folder / "prometheus.log", f"{prometheus}/-/ready", *scrape):
            watched = Watched(prometheus, time.time())
            restore_all(source, folder / "clean", cluster)
            with running(folder / "serve.log", f"{site}/readyz", *serve, env=cluster.environment):
                ask_the_service(site, (source / "1.jpg").read_bytes())
                until(lambda: bool(watched.ask('sum(deepimage_requests_total{status="200"}) > 7')))
                yield watched


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.stem)
def test_every_query_of_a_board_has_an_answer(watched: Watched, board: Path) -> None:
    assert [query for query in queries(board) if not watched.ask(query)] == []


def test_the_books_agree(watched: Watched) -> None:
    """What Prometheus has seen of the run is what its manifest says."""
    for status, count in (("done", PICTURES), ("aliased", 1), ("quarantined", 1)):
        assert max(watched.ask(f'sum(deepimage_run_pictures_total{{status="{status}"}})'), default=0) == count
    megapixels = 16 * 200 * 160 / 1e6
    most = max(watched.ask('sum(deepimage_run_megapixels_total{status="done"})'))
    assert most == pytest.approx(PICTURES * megapixels, rel=1e-3)
    assert 0 < max(watched.ask("deepimage_run_queue")) <= PICTURES + 1


def test_names_are_those_that_were_recorded(watched: Watched) -> None:
    recorded = set(RECORDED.read_text().split())
    ours = {name for name in watched.names() if name.startswith("deepimage_")}
    assert ours == {name for name in recorded if name.startswith("deepimage_")}


def test_prometheus_evaluates_the_alerts(watched: Watched) -> None:
    groups = httpx.get(f"{watched.prometheus}/api/v1/rules").json()["data"]["groups"]
    health = {rule["name"]: rule["health"] for group in groups for rule in group["rules"]}
    assert set(health.values()) <= {"ok", "unknown"}, json.dumps(groups)
