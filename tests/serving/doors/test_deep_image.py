"""deep-image.ai's requests as its documentation and its clients' code have them, against the real service."""

import base64
import io
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from PIL import Image

from deepimage.serving.config import Serving, Urls

from ..conftest import RECIPE, photo, serving

HEIGHT, WIDTH = 40, 60


class _Gallery(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(photo(HEIGHT, WIDTH))

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    """Address of a picture on a server of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Gallery)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/api-example.png?size=large"
    server.shutdown()


@pytest.fixture(scope="module")
def door(gallery: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A service that fetches from the gallery."""
    urls = Urls(enabled=True, private=True, prefixes=(gallery.partition("api-example")[0],))
    with (
        serving(Serving(recipe=RECIPE, urls=urls, state=str(tmp_path_factory.mktemp("state")))) as address,
        httpx.Client(base_url=address, timeout=120) as client,
    ):
        yield client


def process(door: httpx.Client, fields: dict[str, Any]) -> Image.Image:
    """The picture that the request gives, its address opened without a key."""
    answer = door.post("/rest_api/process_result", json=fields, headers={"x-api-key": "API_KEY"})
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"status", "job", "result_url"}
    assert answer.json()["status"] == "complete"
    return Image.open(io.BytesIO(httpx.get(answer.json()["result_url"]).content))


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ({"width": 100}, (100, 67)),
        ({"height": 100}, (150, 100)),
        ({"width": 100, "height": 100}, (100, 100)),
        ({"width": 100, "height": 100, "fit": "canvas", "padding": 10}, (100, 100)),
        ({"width": 100, "height": 100, "fit": "canvas", "padding": "5%"}, (100, 100)),
        ({"width": 100, "height": 100, "fit": "bounds"}, (100, 67)),
        ({"width": 100, "height": 100, "fit": "cover"}, (150, 100)),
        ({"width": 100, "height": 100, "fit": {"crop": "center"}}, (100, 100)),
        ({"width": "200%", "height": "200%"}, (120, 80)),
        ({"width": "400%", "upscale_parameters": {"type": "v1"}}, (240, 160)),
        ({"min_length": 100}, (150, 100)),
        ({"enhancements": ["denoise", "deblur", "clean"], "denoise_parameters": {"type": "v2"}, "width": 90}, (90, 60)),
        ({"enhancements": ["clean"]}, (60, 40)),
        ({"width": "120"}, (120, 80)),
    ],
)  # fmt: skip
def test_sizes_are_as_documented(
    door: httpx.Client, gallery: str, fields: dict[str, Any], size: tuple[int, int]
) -> None:
    assert process(door, {"url": gallery, **fields}).size == size


def test_a_canvas_has_its_colour_and_its_padding(door: httpx.Client, gallery: str) -> None:
    fields = {"width": 100, "height": 100, "padding": 10, "background": {"color": "#102030"}, "output_format": "png"}
    picture = process(door, {"url": gallery, **fields})
    assert picture.format == "PNG"
    assert {picture.getpixel(place) for place in ((0, 0), (9, 50), (50, 15), (99, 99))} == {(16, 32, 48)}
    assert picture.getpixel((12, 50)) != (16, 32, 48)


def test_a_file_is_made_as_good_as_its_size_allows(door: httpx.Client, gallery: str) -> None:
    asked = {"url": gallery, "width": 200, "output_format": "jpg", "quality": 95}
    large, small = (
        len(httpx.get(door.post("/rest_api/process_result", json=fields).json()["result_url"]).content)
        for fields in (asked, {**asked, "max_file_size": "6kb"})
    )
    assert 4000 < small <= 6000 < large


def test_a_form_with_parameters(door: httpx.Client) -> None:
    parameters = json.dumps({"enhancements": ["denoise", "deblur"], "width": 90})
    answer = door.post(
        "/rest_api/process_result", files={"image": photo(HEIGHT, WIDTH)}, data={"parameters": parameters}
    )
    assert answer.json()["status"] == "complete", answer.text
    assert Image.open(io.BytesIO(httpx.get(answer.json()["result_url"]).content)).size == (90, 60)


def test_a_picture_within_the_document(door: httpx.Client) -> None:
    url = "base64," + base64.b64encode(photo(HEIGHT, WIDTH)).decode()
    assert process(door, {"url": url, "width": 90}).size == (90, 60)


def test_it_can_be_fetched_later(door: httpx.Client, gallery: str) -> None:
    answer = door.post("/rest_api/process", json={"url": gallery, "width": 100}).json()
    deadline = time.monotonic() + 60
    while answer["status"] != "complete" and time.monotonic() < deadline:
        assert answer == {"status": "in_progress", "job": answer["job"]}
        time.sleep(0.1)
        answer = door.get(f"/rest_api/result/{answer['job']}").json()
    assert httpx.get(answer["result_url"]).status_code == 200


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        (
            {
                "background": {"remove": "auto", "color": "#FFFFFF"},
                "enhancements": ["denoise", "light", "color"],
                "light_parameters": {"type": "hdr_light_advanced", "level": 0.8},
                "output_format": "jpg",
                "caption": {"url": "http://example.com/a.png", "position": "RB"},
            },
            {"background", "enhancements", "light_parameters", "caption"},
        ),
        ({"width": 1000, "height": 1000, "fit": {"crop": "content"}}, {"fit"}),
        ({"upscale_parameters": {"type": "text_x4"}}, {"upscale_parameters"}),
        ({"generative_upscale": True, "safe": True}, {"generative_upscale", "safe"}),
        ({"width": "wide", "quality": 0}, {"width", "quality"}),
        ({"width": "200%", "height": 90}, {"width, height"}),
        ({"padding": "5%"}, {"padding"}),
        ({"width": True}, {"width"}),
        ([], {"parameters"}),
    ],
)
def test_what_we_do_not_do_is_named(door: httpx.Client, fields: Any, named: set[str]) -> None:
    answer = door.post("/rest_api/process_result", json=fields)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "invalid-options"
    assert {fault["name"] for fault in answer.json()["errors"]} == named


def test_no_picture_no_json_no_job(door: httpx.Client, client: httpx.Client) -> None:
    assert door.post("/rest_api/process_result", json={"width": 9}).json()["code"] == "malformed"
    assert door.post("/rest_api/process", json={"url": "base64,?"}).json()["code"] == "malformed"
    assert door.post("/rest_api/process", content=b"{", headers={"Content-Type": "application/json"}).status_code == 400
    assert door.post("/rest_api/process", content=photo()).status_code == 415
    assert door.get("/rest_api/result/none").json()["code"] == "not-found"
    assert door.get("/rest_api/images/none.jpg").json()["code"] == "not-found"
    assert client.post("/rest_api/process", json={"url": "http://x.y/a.png"}).json()["code"] == "unsupported-media-type"
