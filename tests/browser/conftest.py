"""Browser tests need a Chromium; without one they say so, and fail where PIXELWISE_REQUIRE_BROWSER is set."""

import os
from collections.abc import Generator, Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.browser.server import CHROMIUM, UNWARMED, Server, chromium, running_server

# For what a page answers, and for what a worker or a training computes. A test that passes waits no longer than that
# takes, so both are for a machine that is many times slower than usual.
PATIENCE_MS = 60_000
WORK_MS = 240_000
expect.set_options(timeout=PATIENCE_MS)
# These take longest: begun first, none is left alone at the end. A worker whose file has one or two tests is given the
# next file beforehand, so short ones follow the first three.
_FIRST = ("explain", "accessibility", "page_pairs", "errors", "audit", "literal_names", "first_path", "browse", "train")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {f"test_{name}": place for place, name in enumerate(_FIRST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to a failed test what its page showed and what its server and its runs said."""
    report = yield
    given = getattr(item, "funcargs", {})
    if report.failed and call.when == "call":
        if page := given.get("page"):
            with suppress(Error):
                report.sections.append((f"Page at {page.url}", page.locator("body").inner_text(timeout=5_000)))
        if server := given.get("server"):
            for path in (server.home / "server.log", *server.home.glob("runs/*/status.json")):
                report.sections.append((str(path.relative_to(server.home)), path.read_text(errors="replace")[-4000:]))
    return report


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
    with running_server(tmp_path_factory.mktemp("home"), UNWARMED) as started:
        yield started


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    # What moves for its own sake is a third of a browser's work; test_first_path has it.
    opened = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page of a browser that knows the app's scripts, and nothing else of the tests before."""
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    with suppress(Error):
        opened.evaluate("localStorage.clear()")
    for each in context.pages:
        each.close()
    context.clear_cookies()
