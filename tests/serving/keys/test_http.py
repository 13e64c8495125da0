"""Keys and quotas as a client of the real service meets them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from deepimage.serving.config import Queue, Serving
from deepimage.serving.keys.database import NAME, connect
from pipelines.keys import create, revoke

from ..conftest import RECIPE, photo, serving

ASKED = {"model": "bicubic-mitchell", "scale": "10"}
MEGAPIXELS = 4.0  # of PICTURE at that scale
PICTURE = photo(200, 200)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def address(state: Path) -> Iterator[str]:
    queue = Queue(requests=1)
    with serving(Serving(models=("bicubic-mitchell",), recipe=RECIPE, state=str(state), queue=queue)) as address:
        yield address


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def key(state: Path) -> str:
    return create(state, "shop", ["restore"])


def restore(client: httpx.Client, key: str, data: bytes = PICTURE) -> httpx.Response:
    return client.post("/v1/restore", params=ASKED, content=data, headers={"Authorization": f"Bearer {key}"})


def left(state: Path, client: str) -> float:
    """Megapixels of its day, from the books."""
    with closing(connect(state / NAME)) as db:
        (quota,) = db.execute("SELECT quota FROM clients WHERE name = ?", (client,)).fetchone()
        (spent,) = db.execute("SELECT total(megapixels) FROM spent WHERE client = ?", (client,)).fetchone()
    return float(quota - spent)


def test_the_first_key_shuts_the_door_of_a_running_service(client: httpx.Client, state: Path) -> None:
    small = {"content": photo(8, 8), "params": {"scale": "1"}}
    assert client.post("/v1/restore", **small).status_code == 200  # type: ignore[arg-type]
    key = create(state, "first", ["restore"])
    answer = client.post("/v1/restore", **small)  # type: ignore[arg-type]
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["code"] == "unauthorized"
    assert restore(client, key, photo(8, 8)).status_code == 200
    revoke(state, key)
    assert restore(client, key, photo(8, 8)).status_code == 401
    assert client.post("/v1/restore", **small).status_code == 401  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("Authorization", "Bearer {key}")], 200),
        ([("authorization", "bEARER   {key}")], 200),
        ([("X-API-Key", "{key}")], 200),
        ([("X-API-Key", "{key}"), ("Authorization", "Bearer {key}")], 200),
        ([("X-API-Key", "{key}"), ("Authorization", "Bearer {key}x")], 400),
        ([("Authorization", "Bearer {key}"), ("Authorization", "Bearer {key}")], 400),
        ([("Authorization", "Bearer {key}"), ("Authorization", "Basic YTpi")], 400),
        ([("X-API-Key", "{key}"), ("X-API-Key", "{key}")], 400),
        ([("Authorization", "Bearer")], 401),
        ([("Authorization", "{key}")], 401),
        ([("Authorization", "Basic {key}")], 401),
        ([("Authorization", "Bearer {key},{key}")], 401),
        ([("Authorization", "Bearer {key} x")], 401),
        ([("X-API-Key", "")], 401),
        ([("X-API-Key", "\xff")], 401),
        ([("X-API-Key", "a" * 9000)], 401),
        ([("Cookie", "key={key}")], 401),
    ],
)
def test_where_a_key_may_stand(client: httpx.Client, key: str, headers: list[tuple[str, str]], status: int) -> None:
    sent = [(name, value.replace("{key}", key).encode("latin-1")) for name, value in headers]
    answer = client.post("/v1/restore", params={"scale": "1"}, content=photo(8, 8), headers=sent)  # type: ignore[arg-type]
    assert answer.status_code == status, answer.text
    assert key not in answer.text
    if status == 401:
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("name", ["key", "token", "access_token", "api_key"])
def test_a_key_in_the_query_is_none(client: httpx.Client, key: str, name: str) -> None:
    assert client.post("/v1/restore", params={name: key}, content=photo(8, 8)).status_code == 401


def test_scopes(client: httpx.Client, state: Path, key: str) -> None:
    watcher = create(state, "watcher", ["metrics"])
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"X-API-Key": key}).status_code == 403
    assert client.get("/metrics", headers={"X-API-Key": watcher}).status_code == 200
    assert restore(client, watcher).json()["code"] == "forbidden"


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/v1/models", "/v1/limits", "/openapi.json"])
def test_what_stays_open(client: httpx.Client, key: str, path: str) -> None:
    assert client.get(path).status_code == 200


def test_a_quota_is_counted_in_megapixels_of_results(client: httpx.Client, state: Path) -> None:
    key = create(state, "measured", ["restore"], quota=10)
    told = [restore(client, key).headers["ratelimit"].partition(";t=")[0] for _ in range(2)]
    assert told == ['"daily";r=6', '"daily";r=2']
    answer = restore(client, key)
    assert answer.status_code == 429
    assert answer.json()["code"] == "quota-exceeded"
    assert answer.headers["ratelimit-policy"] == '"daily";q=10;w=86400;qu="megapixels"'
    assert 0 < int(answer.headers["retry-after"]) <= 86_400
    small = client.post("/v1/restore", params={"scale": "1"}, content=PICTURE, headers={"X-API-Key": key})
    assert small.status_code == 200
    assert left(state, "measured") == pytest.approx(2 - 0.04)


def test_what_is_refused_costs_nothing(client: httpx.Client, state: Path) -> None:
    key = create(state, "refused", ["restore"], quota=100)
    broken = PICTURE[: len(PICTURE) // 2]
    for data, status in ((b"", 422), (b"no picture", 422), (broken, 422), (b"x" * 4_000_000, 413)):
        assert restore(client, key, data).status_code == status
    assert left(state, "refused") == 100


def test_a_full_queue_costs_nothing(client: httpx.Client, state: Path) -> None:
    key = create(state, "crowd", ["restore"], quota=1000)
    pictures = [photo(200, 200, seed) for seed in range(16)]
    with ThreadPoolExecutor(16) as pool:
        statuses = [answer.status_code for answer in pool.map(lambda data: restore(client, key, data), pictures)]
    assert set(statuses) == {200, 429}
    assert left(state, "crowd") == pytest.approx(1000 - MEGAPIXELS * statuses.count(200))
