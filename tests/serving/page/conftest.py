"""A real browser on the real service; all it asks for and complains of is kept."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from ..conftest import photo

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass
class Tab:
    """A page, and what it did."""

    page: "Page"  # type: ignore[name-defined]  # noqa: F821
    address: str
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def add(self, *files: tuple[str, bytes]) -> None:
        """Choose files by name and bytes."""
        parts = [{"name": name, "mimeType": "image/jpeg", "buffer": data} for name, data in files]
        self.page.set_input_files("#choose", parts)

    def settled(self, count: int) -> None:
        """Until so many are done or have failed."""
        self.page.wait_for_function(
            "count => document.querySelectorAll('#rows li.done, #rows li.wrong').length === count",
            arg=count,
            timeout=90_000,
        )


@pytest.fixture(scope="module")  # its driver holds the thread's event loop as long as it lives
def browser() -> Iterator["Browser"]:  # type: ignore[name-defined]  # noqa: F821
    sync_api = pytest.importorskip("playwright.sync_api")
    found = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if not found:
        pytest.skip(f"no browser: install one of {', '.join(_BROWSERS)}")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def tab(browser: "Browser", service: str, request: pytest.FixtureRequest) -> Iterator[Tab]:  # type: ignore[name-defined]  # noqa: F821
    """A fresh visitor with a window of 1280 x 800."""
    scheme = getattr(request, "param", "light")
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme=scheme)
    tab = Tab(context.new_page(), service)
    tab.page.on("console", lambda message: tab.complaints.append(message.text) if message.type == "error" else None)
    tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.page.on("request", lambda asked: tab.asked.append(asked.url))
    tab.page.goto(service)
    tab.page.wait_for_function("() => document.querySelectorAll('#options option').length > 10")
    yield tab
    assert tab.complaints == []
    assert [url for url in tab.asked if not url.startswith((service, f"blob:{service}"))] == []
    context.close()


def pictures(count: int) -> list[tuple[str, bytes]]:
    """Small ones, each its own."""
    return [(f"photo {n}.jpg", photo(60, 90, seed=100 + n)) for n in range(count)]
