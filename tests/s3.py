"""A real S3 server for tests: OpenStack Swift in its own virtual environment, on loopback, data on disk.

`make tests-s3` installs it into `.venv-swift`; without it the tests that need a store skip and say so.
Four processes (account, container, object, proxy) with one replica each; they need extended attributes on the disk.
"""

import os
import pwd
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from ports import free_port

PYTHON = Path(__file__).parents[1] / ".venv-swift/bin/python"
START_SECONDS = 120  # 3 on an idle machine
SERVERS = ("account", "container", "object", "proxy")

RINGS = """
import sys
from swift.common.ring.builder import RingBuilder
for name, port in zip(("account", "container", "object"), sys.argv[1:]):
    ring = RingBuilder(2, 1, 1)
    ring.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port), "device": "disk", "weight": 1})
    ring.rebalance()
    ring.get_ring().save(f"{name}.ring.gz")
"""

COMMON = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
disable_fallocate = true
log_level = ERROR
"""

STORAGE = """
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""

PROXY = """
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth slo dlo
    versioned_writes proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
error_suppression_interval = 0
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:s3api]
use = egg:swift#s3api
min_segment_size = 1
max_bucket_listing = 50
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
""" + "".join(
    f"[filter:{name}]\nuse = egg:swift#{name}\n"
    for name in (
        "catch_errors",
        "gatekeeper",
        "healthcheck",
        "listing_formats",
        "bulk",
        "slo",
        "dlo",
        "versioned_writes",
    )
)


class Swift:
    """One server; its objects survive `kill` and `start`. Only its own processes are ever signalled."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = {name: free_port() for name in SERVERS}
        self._processes: list[subprocess.Popen[bytes]] = []
        self.endpoint = f"http://127.0.0.1:{self._ports['proxy']}"
        self.environment = {
            "AWS_ACCESS_KEY_ID": "test:tester",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        self._configure()

    def start(self) -> None:
        for name in SERVERS:
            with (self._folder / f"{name}.log").open("ab") as log:
                command = [str(PYTHON), str(PYTHON.with_name(f"swift-{name}-server")), f"{name}.conf"]
                self._processes.append(subprocess.Popen(command, cwd=self._folder, stdout=log, stderr=log))
        self._wait()

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a power cut does it: no process gets to say goodbye."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        for process in self._processes:
            process.send_signal(how)
        for process in self._processes:
            process.wait(START_SECONDS)
        self._processes.clear()

    def _configure(self) -> None:
        (self._folder / "devices/disk").mkdir(parents=True)
        hashes = "[swift-hash]\nswift_hash_path_prefix = a\nswift_hash_path_suffix = b\n"
        (self._folder / "swift.conf").write_text(hashes + "[storage-policy:0]\nname = default\ndefault = yes\n")
        for name, port in self._ports.items():
            text = COMMON.format(port=port, user=pwd.getpwuid(os.getuid()).pw_name, folder=self._folder)
            text += PROXY if name == "proxy" else STORAGE.format(name=name)
            (self._folder / f"{name}.conf").write_text(text)
        ports = [str(self._ports[name]) for name in SERVERS[:3]]
        subprocess.run([PYTHON, "-c", RINGS, *ports], cwd=self._folder, check=True, capture_output=True)

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and all(process.poll() is None for process in self._processes):
            try:
                urllib.request.urlopen(f"{self.endpoint}/healthcheck", timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        logs = [(self._folder / f"{name}.log").read_text(errors="replace")[-500:] for name in SERVERS]
        self.kill()
        raise RuntimeError(f"Swift did not start: {' '.join(logs)}")


@pytest.fixture(scope="session")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swift]:
    """A running server; its credentials and endpoint are in this process's environment until the session ends."""
    folder = tmp_path_factory.mktemp("swift")
    if reason := _absent(folder):
        pytest.skip(reason)
    server = Swift(folder)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        server.start()
        try:
            yield server
        finally:
            server.kill()


def _absent(folder: Path) -> str | None:
    if not PYTHON.with_name("swift-proxy-server").exists():
        return "needs the Swift S3 server: run `make tests-s3`"
    try:
        os.setxattr(folder, "user.probe", b"1")
    except OSError:
        return f"Swift needs extended attributes, which {folder} has not"
    return None
