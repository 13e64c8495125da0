"""`deepimage keys`, and what a service without keys may listen at."""

import os
import re
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deepimage.errors import UsageError
from deepimage.serving.config import Serving
from deepimage.serving.offices import claim
from pipelines import keys
from pipelines.cli import app
from pipelines.serve import check_free, check_safe, serve


def command(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["keys", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_life_of_a_key(tmp_path: Path) -> None:
    at = ("--state", str(tmp_path))
    assert command("list", *at).splitlines()[1:] == []
    assert list(tmp_path.iterdir()) == []
    made = command("create", "shop", "--scope", "restore", "--scope", "metrics", "--quota", "500", *at).strip()
    assert re.fullmatch(r"dik_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", made)
    second = command("create", "shop", "--expires-days", "30", *at)
    listed = command("list", *at).splitlines()
    assert listed[1].split()[1:5] == ["shop", "live", "metrics,restore", "500"]
    assert listed[2].split()[1:5] == ["shop", "live", "restore", "500"]
    assert listed[1].count("never") == 2
    assert listed[2].count("never") == 1
    secrets = made.rpartition("_")[2], second.strip()[17:]
    assert not any(secret in line for secret in secrets for line in listed)
    command("revoke", made[4:16], *at)
    assert keys.live(tmp_path) == 1
    assert command("list", *at).splitlines()[1].split()[2] == "revoked"


def test_a_quota_is_the_client_s_and_stays_as_it_is(tmp_path: Path) -> None:
    def quotas() -> list[str]:
        return [line.split()[4] for line in keys.listing(tmp_path)[1:]]

    first = keys.create(tmp_path, "shop", ["restore"], quota=10)
    keys.create(tmp_path, "shop", ["restore"])
    assert quotas() == ["10", "10"]
    keys.revoke(tmp_path, first)
    keys.create(tmp_path, "shop", ["restore"], quota=0)
    assert quotas() == ["unlimited"] * 3


@pytest.mark.parametrize("client", ["", "anonymous", "a b", "-x", "../x", "ü", "a\n", "a" * 65])
def test_names_that_are_refused(tmp_path: Path, client: str) -> None:
    with pytest.raises(UsageError, match="client"):
        keys.create(tmp_path, client, ["restore"])


def test_faults_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected one of restore, metrics"):
        keys.create(tmp_path, "shop", ["everything"])
    with pytest.raises(UsageError, match="there are no keys"):
        keys.revoke(tmp_path, "0123456789ab")
    keys.create(tmp_path, "shop", ["restore"])
    with pytest.raises(UsageError, match="deepimage keys list"):
        keys.revoke(tmp_path, "0123456789ab")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be opened"):
        keys.create(tmp_path / "file", "shop", ["restore"])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.1.1", "example.com"])
def test_strangers_are_not_let_in_without_a_key(tmp_path: Path, host: str) -> None:
    for mode in ("auto", "always"):
        with pytest.raises(UsageError, match="deepimage keys create CLIENT --state"):
            serve(Serving(host=host, state=str(tmp_path), keys=mode))  # type: ignore[arg-type]
    keys.revoke(tmp_path, keys.create(tmp_path, "shop", ["restore"]))
    with pytest.raises(UsageError, match="no key is live"):
        serve(Serving(host=host, state=str(tmp_path)))
    check_safe(Serving(host=host, state=str(tmp_path), insecure=True))
    keys.create(tmp_path, "shop", ["restore"])
    check_safe(Serving(host=host, state=str(tmp_path)))
    with pytest.raises(UsageError, match="do not set keys=never"):
        serve(Serving(host=host, state=str(tmp_path), keys="never"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_needs_none(tmp_path: Path, host: str) -> None:
    check_safe(Serving(host=host, state=str(tmp_path), keys="never"))


@pytest.mark.parametrize("engine", ["local", "ray"])
def test_what_is_taken_is_said_before_anything_starts(tmp_path: Path, engine: str) -> None:
    recipe = {"runtime": {"engine": engine}}
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=rf"host 127\.0\.0\.1, port {port}: Address already in use; set"):
            serve(Serving(port=port, state=str(tmp_path), recipe=recipe))
    check_free(Serving(port=port, state=str(tmp_path)))
    lock = claim(tmp_path)
    with pytest.raises(UsageError, match="another service works there"):
        serve(Serving(port=port, state=str(tmp_path), recipe=recipe))
    os.close(lock)
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="a folder that can be written"):
        serve(Serving(port=port, state=str(tmp_path / "file"), recipe=recipe))
    with pytest.raises(UsageError, match="port 8000: Cannot assign"):
        check_free(Serving(host="192.0.2.1", state=str(tmp_path)))
