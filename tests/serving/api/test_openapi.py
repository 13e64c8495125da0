"""The OpenAPI document is true: what it allows is taken, and every answer is one that it tells of."""

import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

# random bytes are no picture, and a document cannot say that scale and width exclude each other
_REFUSING = r"^POST /v1/(restore|jobs)$|^POST /rest_api/"
_CHOICES = {
    "what may be refused": ("--include-name-regex", _REFUSING, "--exclude-checks", "positive_data_acceptance"),
    # DELETE stops a job; what became of it can still be read
    "all else": ("--exclude-name-regex", _REFUSING, "--exclude-checks", "use_after_free"),
}
_FIXED = ("--max-examples", "6", "--seed", "1", "--request-timeout", "30", "--generation-database", "none")


@pytest.mark.parametrize("chosen", _CHOICES.values(), ids=_CHOICES)
def test_every_route(service: str, chosen: tuple[str, ...], tmp_path: Path) -> None:
    pytest.importorskip("schemathesis")
    tool = "import sys; from schemathesis.cli import schemathesis; schemathesis()"
    command = [sys.executable, "-c", tool, "run", f"{service}/openapi.json", *_FIXED, *chosen]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert re.search(r"\d\d+ passed|No issues found", done.stdout), done.stdout[-2000:]


def test_it_names_what_is_there(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert set(document["components"]["securitySchemes"]) == {"bearer", "key"}
    assert {"/v1/restore", "/v1/jobs", "/v1/jobs/{id}", "/v1/results/{name}", "/v1/models"} <= set(document["paths"])
    (scale,) = [p["schema"] for p in document["paths"]["/v1/restore"]["post"]["parameters"] if p["name"] == "scale"]
    assert scale == {"type": "number", "exclusiveMinimum": 0, "maximum": 16}


def test_a_refused_method_names_all_that_are_taken(client: httpx.Client) -> None:
    answer = client.patch("/v1/jobs/0")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "DELETE, GET"
