"""Browser tests need a Chromium; without one they say so, and fail where PIXELWISE_REQUIRE_BROWSER is set."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.server import CHROMIUM, Server, chromium, running_server

PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)
# These take longest: begun first, none is left alone at the end. A worker whose file has one or two tests is given the
# next file beforehand, so short ones follow the first three.
_FIRST = ("explain", "accessibility", "page_pairs", "errors", "audit", "literal_names", "first_path", "browse", "train")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {f"test_{name}": place for place, name in enumerate(_FIRST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        reason = "no Chromium on this machine (on Debian: apt install chromium)"
        if os.environ.get("PIXELWISE_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("home")) as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    context.close()
