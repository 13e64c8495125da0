"""Jobs over HTTP, of the real service."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from ..conftest import photo


def ended(client: httpx.Client, id: str, seconds: float = 60) -> dict:  # type: ignore[type-arg]
    """The job once it has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job = client.get(f"/v1/jobs/{id}", params={"wait": 5}).json()
        if job["status"] in ("succeeded", "failed", "cancelled"):
            return job  # type: ignore[no-any-return]
    raise TimeoutError(id)


def submit(client: httpx.Client, data: bytes, **headers: str) -> httpx.Response:
    return client.post("/v1/jobs", content=data, headers=headers)


def test_a_job_gives_the_bytes_of_a_restore(client: httpx.Client) -> None:
    data = photo(seed=1)
    accepted = submit(client, data)
    assert accepted.status_code == 202, accepted.text
    assert accepted.headers["location"] == f"/v1/jobs/{accepted.json()['id']}"
    job = ended(client, accepted.json()["id"])
    assert job["status"] == "succeeded", job
    kept = client.get(job["result"]["href"])
    assert kept.content == client.post("/v1/restore", content=data).content
    assert kept.headers["etag"] == f'"{job["result"]["sha256"]}"'
    assert "immutable" in kept.headers["cache-control"]
    assert job["result"]["bytes"] == len(kept.content)
    assert job["expires"] > job["ended"] > job["created"]


def test_what_a_client_has_is_not_sent_again(client: httpx.Client) -> None:
    href = ended(client, submit(client, photo(seed=2)).json()["id"])["result"]["href"]
    tag = client.get(href).headers["etag"]
    again = client.get(href, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_a_bad_picture_is_a_failed_job_or_refused_at_once(client: httpx.Client) -> None:
    assert submit(client, b"no picture").status_code == 422
    job = ended(client, submit(client, photo(seed=3)[:-400]).json()["id"])
    assert job["status"] == "failed"
    assert job["problem"]["code"] == "picture"
    assert job["problem"]["picture"] == "E_TRUNCATED"


def test_nobody_knows_another_id(client: httpx.Client) -> None:
    assert client.get("/v1/jobs/AAAAAAAAAAAAAAAAAAAAAA").status_code == 404
    assert client.delete("/v1/jobs/AAAAAAAAAAAAAAAAAAAAAA").status_code == 404
    assert client.get(f"/v1/results/{'0' * 64}.jpg").status_code == 404


def test_a_cancelled_job_stays_cancelled(client: httpx.Client) -> None:
    large = [submit(client, photo(900, 1200, seed)).json()["id"] for seed in range(5)]
    cancelled = [client.delete(f"/v1/jobs/{id}").json()["status"] for id in reversed(large)]
    assert cancelled[0] == "cancelled"
    assert set(cancelled) <= {"cancelled", "succeeded"}
    assert [ended(client, id)["status"] for id in reversed(large)] == cancelled
    assert client.delete(f"/v1/jobs/{large[-1]}").json()["status"] == "cancelled"


def test_places_and_tiles_are_told(client: httpx.Client) -> None:
    ids = [submit(client, photo(700, 1000, seed)).json()["id"] for seed in range(10, 16)]
    last = client.get(f"/v1/jobs/{ids[-1]}").json()
    assert last["status"] == "queued"
    assert last["place"] >= 1
    seen = set()
    while (job := client.get(f"/v1/jobs/{ids[0]}", params={"wait": 5}).json())["status"] != "succeeded":
        seen.add((job["progress"] or {}).get("done"))
    assert len(seen) > 1, seen
    for id in ids[1:]:
        client.delete(f"/v1/jobs/{id}")


def test_the_list_has_pages(client: httpx.Client) -> None:
    ids = [submit(client, photo(8, 8, seed)).json()["id"] for seed in range(20, 25)]
    found: list[str] = []
    cursor = None
    while len(found) < 5:
        page = client.get("/v1/jobs", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        found += [job["id"] for job in page["jobs"]]
        cursor = page["next"]
    assert found[:5] == ids[::-1]
    assert client.get("/v1/jobs", params={"cursor": "nonsense"}).status_code == 422
    assert client.get("/v1/jobs", params={"status": "lost"}).status_code == 422


@pytest.mark.parametrize("prefer", ["respond-async", "wait=0", "respond-async, foo=bar"])
def test_a_restore_can_be_answered_later(client: httpx.Client, prefer: str) -> None:
    answer = client.post("/v1/restore", content=photo(600, 800, 30), headers={"Prefer": prefer})
    assert answer.status_code == 202
    assert answer.headers["preference-applied"] in ("respond-async", "wait=0")
    assert client.delete(answer.headers["location"]).status_code == 200


def test_a_restore_waits_as_long_as_is_wished(client: httpx.Client) -> None:
    data = photo(seed=31)
    answer = client.post("/v1/restore", content=data, headers={"Prefer": "wait=20"})
    assert answer.status_code == 200
    assert answer.content == client.post("/v1/restore", content=data).content
    assert client.post("/v1/restore", content=data, headers={"Prefer": "wait=soon"}).status_code == 200


def test_a_key_makes_one_job_of_many_requests(client: httpx.Client) -> None:
    data = photo(300, 300, 32)
    with ThreadPoolExecutor(20) as clients:
        tries = [clients.submit(submit, client, data, **{"Idempotency-Key": '"one"'}) for _ in range(20)]
        answers = [attempt.result() for attempt in tries]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum(answer.headers.get("idempotent-replayed") == "true" for answer in answers) == 19
    assert submit(client, photo(seed=33), **{"Idempotency-Key": '"one"'}).json()["code"] == "key-reused"


def test_a_restore_with_a_key_is_replayed(client: httpx.Client) -> None:
    data, key = photo(seed=34), {"Idempotency-Key": "restore-34"}
    first = client.post("/v1/restore", content=data, headers=key)
    again = client.post("/v1/restore", content=data, headers=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    other = client.post("/v1/restore", params={"quality": 50}, content=data, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")


def test_a_restore_with_a_key_in_work_is_a_conflict(client: httpx.Client) -> None:
    data, key = photo(900, 1200, 35), {"Idempotency-Key": "restore-35"}
    with ThreadPoolExecutor(1) as first:
        running = first.submit(client.post, "/v1/restore", content=data, headers=key)
        time.sleep(0.4)
        conflict = client.post("/v1/restore", content=data, headers=key)
        assert (conflict.status_code, conflict.json()["code"]) == (409, "in-progress")
        assert running.result().status_code == 200


@pytest.mark.parametrize("key", ["", "a b", "ü", '"' + "x" * 256 + '"', "\x7f"])
def test_a_key_that_is_none(client: httpx.Client, key: str) -> None:
    answer = client.post("/v1/restore", content=photo(), headers={"Idempotency-Key": key.encode()})  # type: ignore[dict-item]
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


@pytest.mark.parametrize(
    ("url", "secret", "code"),
    [
        ("http://example.com/", "whsec_" + "A" * 40, "url-refused"),
        ("https://example.com/", "", "invalid-options"),
        ("https://example.com/", "whsec_AAAA", "invalid-options"),
        ("https://user:pw@example.com/", "whsec_" + "A" * 40, "url-refused"),
        ("ftp://example.com/", "whsec_" + "A" * 40, "url-refused"),
    ],
)
def test_webhooks_that_are_none(client: httpx.Client, url: str, secret: str, code: str) -> None:
    answer = client.post(
        "/v1/jobs", params={"webhook": url}, content=photo(), headers={"Webhook-Secret": secret} if secret else {}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, code)
