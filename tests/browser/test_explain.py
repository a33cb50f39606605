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
from tests.paths import PROJECT

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
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=WORK_MS)
        shown = page.locator("[data-testid=stMain]").locator("canvas, img, svg, table").count()
        if not shown:
            wrong.append(f"{view.title}: nothing is shown")
        faults = page.locator("[data-testid=stException], [data-testid=stErrorElement]").all_inner_texts()
        wrong += [f"{view.title}: {each}" for each in faults]
    assert not wrong, "\n".join(wrong)
    assert "Traceback" not in log.read_text(errors="replace")[before:]
