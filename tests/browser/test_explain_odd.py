"""Explain with what a network or an image should not be: each is said, the rest goes on."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE_MS, WORK_MS
from tests.browser.server import Server, running_server
from tests.browser.settled import settle
from tests.paths import PROJECT

_NAN = ("layers", "softmax", "augmentation", "regularisation")


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    """The names of the runs, once the server is there."""
    return {}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, names: dict[str, str]) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("home")
    environment = {**os.environ, "PIXELWISE_HOME": str(home), "PYTHONPATH": str(PROJECT), "TF_CPP_MIN_LOG_LEVEL": "2"}
    command = [sys.executable, "-m", "tests.browser.odd_networks"]
    made = subprocess.run(command, cwd=PROJECT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    names.update(json.loads(made.stdout.splitlines()[-1]))
    with running_server(home) as started:
        yield started


@pytest.fixture(autouse=True)
def _nothing_breaks(page: Page, server: Server) -> Iterator[None]:
    log = server.home / "server.log"
    before = log.stat().st_size
    yield
    assert not page.locator("[data-testid=stException], [data-testid=stErrorElement]").all_inner_texts()
    assert "Traceback" not in log.read_text(errors="replace")[before:]


def opened(page: Page, server: Server, address: str) -> None:
    page.goto(f"{server.address}/explain?{address}")
    page.get_by_test_id("stMain").get_by_role("heading", name="Explain").wait_for()
    settle(page, WORK_MS)


def says(page: Page, text: str) -> None:
    expect(page.get_by_test_id("stMain").get_by_text(text).first).to_be_visible(timeout=WORK_MS)


def test_weights_that_are_no_numbers_are_said_in_every_view(page: Page, server: Server, names: dict[str, str]) -> None:
    for view in _NAN:
        opened(page, server, f"run={names['nan']}&view={view}")
        says(page, "NaN")
    opened(page, server, f"run={names['nan']}&view=convolution&filter=network")
    says(page, "Weights of this layer are not numbers")


def test_a_network_without_convolution_says_so_and_shows_its_layers(
    page: Page, server: Server, names: dict[str, str]
) -> None:
    opened(page, server, f"run={names['dense']}&view=convolution&filter=network")
    says(page, "This network has no convolution")
    opened(page, server, f"run={names['dense']}&view=layers")
    says(page, "This run kept no weights of earlier epochs")
    numbers = page.locator(".st-key-explain canvas, [data-testid=stMain] .layers canvas").last
    numbers.hover(position={"x": 5, "y": 5})
    says(page, "All 12 products")


def test_an_even_filter_letters_in_a_cell_and_a_pixels_products(
    page: Page, server: Server, names: dict[str, str]
) -> None:
    opened(page, server, f"run={names['even']}&view=convolution&size=2&padding=same&stride=3")
    says(page, "A filter of an even size has no middle")
    cell = page.get_by_role("textbox", name="Weight in row 1, column 1")
    before = cell.input_value()
    cell.fill("abc")
    says(page, "“abc” is not a number")
    cell.press("Tab")
    expect(cell).to_have_value(before)
    opened(page, server, f"run={names['even']}&view=layers&at=0-2-1-1")
    says(page, "All 4 products")
    says(page, "It looks at 2×2 pixels of the image")
    maps = page.locator("[data-testid=stMain] .layers canvas")
    maps.first.hover(position={"x": 4, "y": 4})
    says(page, "channel 0, row 0, column 0")
    expect(page).to_have_url(re.compile("at=0-0-0-0"), timeout=PATIENCE_MS)


def test_a_missing_run_and_one_that_goes_away_are_said(page: Page, server: Server, names: dict[str, str]) -> None:
    opened(page, server, "run=20200101-000000-gone&view=layers")
    says(page, "there is no run")
    gone = names["dense"]
    opened(page, server, f"run={gone}&view=convolution&filter=network")
    says(page, "This network has no convolution")
    shutil.rmtree(server.home / "runs" / gone)
    page.get_by_role("radio", name="Through the network").click()
    settle(page, WORK_MS)
    expect(page.get_by_role("radio", name="Through the network")).to_be_checked()


def test_an_image_of_one_pixel_is_shown_in_every_view(page: Page, server: Server, tmp_path: Path) -> None:
    path = tmp_path / "pixel.png"
    Image.new("RGB", (1, 1), (200, 30, 30)).save(path)
    opened(page, server, "run=pets&source=upload&view=numbers")
    page.locator("input[type=file]").first.set_input_files(path)
    for view in ("Convolution", "Pooling", "Through the network", "Softmax and loss", "Regularization", "Numbers"):
        page.get_by_role("radio", name=view, exact=True).click()
        expect(page.get_by_role("radio", name=view, exact=True)).to_be_checked()
        settle(page, WORK_MS)
        assert page.get_by_test_id("stMain").locator("canvas, img, svg").count(), view
        assert not page.locator("[data-testid=stException], [data-testid=stErrorElement]").all_inner_texts(), view
