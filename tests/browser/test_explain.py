"""Every view of the Explain page, on networks and images of four kinds."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from pages.explain.views import VIEWS
from tests.browser.conftest import WORK_MS
from tests.browser.explained_runs import CIFAR_10, MNIST
from tests.browser.server import Server, running_server
from tests.browser.settled import settle
from tests.paths import PROJECT

# A list to look things up in; the other views fit one screen.
_LONG = {"Glossary"}
# What a view shows where something else is chosen than at first.
_CHOSEN = (
    "convolution&filter=network",
    "layers&at=1-3-3-3",
    "optimisers&surface=slice",
    "optimisers&surface=moments",
    "regularisation&regulariser=penalties",
    "regularisation&regulariser=batch-norm",
    "new-images&shown=walk",
    "new-images&shown=game",
)
_NEEDS = {"Explained few-mnist": MNIST, "Explained few-cifar10": CIFAR_10}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home, place = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("place")
    environment = {**os.environ, "PIXELWISE_HOME": str(home), "PYTHONPATH": str(PROJECT), "TF_CPP_MIN_LOG_LEVEL": "2"}
    subprocess.run([sys.executable, "-m", "tests.browser.explained_runs"], cwd=place, env=environment, check=True)
    with running_server(home) as started:
        yield started


@pytest.mark.parametrize("title", ["Explained digits", *_NEEDS, "Cats and dogs"])
def test_every_view_shows_something_and_nothing_wrong(page: Page, server: Server, title: str) -> None:
    if title in _NEEDS and not _NEEDS[title].exists():
        pytest.skip(f"no {_NEEDS[title].name} beside the project")
    log = server.home / "server.log"
    before = log.stat().st_size
    page.goto(f"{server.address}/explain")
    page.get_by_role("combobox", name="Run").click()
    page.get_by_role("option", name=title).first.click()
    wrong = []
    for view in VIEWS:
        page.get_by_role("radio", name=view.title, exact=True).click()
        expect(page.get_by_role("radio", name=view.title, exact=True)).to_be_checked()
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=WORK_MS)
        settle(page, WORK_MS)
        shown = page.locator("[data-testid=stMain]").locator("canvas, img, svg, table").count()
        if not shown:
            wrong.append(f"{view.title}: nothing is shown")
        faults = page.locator("[data-testid=stException], [data-testid=stErrorElement]").all_inner_texts()
        wrong += [f"{view.title}: {each}" for each in faults]
        if view.title not in _LONG and (beyond := _beyond_the_window(page)):
            wrong.append(f"{view.title}: {beyond} pixels are beneath the window")
    assert not wrong, "\n".join(wrong)
    assert "Traceback" not in log.read_text(errors="replace")[before:]


@pytest.mark.parametrize("chosen", _CHOSEN)
def test_what_else_a_view_shows_fits_the_window_too(page: Page, server: Server, chosen: str) -> None:
    (run,) = (server.home / "runs").glob("*-digits-cnn")
    page.goto(f"{server.address}/explain?run={run.name}&view={chosen}")
    page.get_by_role("heading", level=1).wait_for(timeout=WORK_MS)
    settle(page, WORK_MS)
    assert not _beyond_the_window(page)


def _beyond_the_window(page: Page) -> int:
    """Return how many CSS pixels of a page are beneath what its window shows."""
    return page.get_by_test_id("stMain").evaluate("main => main.scrollHeight - main.clientHeight")
