"""What the service says of itself."""

import httpx
import pytest


@pytest.mark.parametrize(
    "path",
    ["/livez", "/readyz", "/v2", "/v2/health/live", "/v2/health/ready", "/v2/models/fast-x4/ready", "/v1/limits"],
)
def test_healthy(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_models(client: httpx.Client) -> None:
    first, second = client.get("/v1/models").json()["models"]
    assert (first["name"], first["scale"], first["fidelity"]) == ("fast-x4", 4, True)
    assert second["interpolator"]
    assert len(first["sha256"]) == 64


def test_metrics_count(client: httpx.Client) -> None:
    client.get("/v1/nothing")
    text = client.get("/metrics").text
    assert 'deepimage_requests_total{route="none",status="404"}' in text
    assert 'deepimage_errors_total{code="not-found"}' in text


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nothing", 404), ("GET", "/v1/restore", 405)])
def test_what_is_not_there_is_a_problem(client: httpx.Client, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_openapi_is_3_1_and_has_the_problems(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert "ProblemDocument" in document["components"]["schemas"]
    assert "429" in document["paths"]["/v1/restore"]["post"]["responses"]


def test_security_contact(client: httpx.Client) -> None:
    assert client.get("/.well-known/security.txt").text.startswith("Contact:")
