"""Home on a fresh server: an image follows the slider, a network is trained, a pet is answered; on a phone too."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import WORK_MS
from tests.browser.server import Server, running_server
from tests.paths import DATA


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that nobody has opened yet."""
    with running_server(tmp_path_factory.mktemp("home")) as started:
        yield started


def test_an_image_moves_a_network_is_trained_and_a_pet_is_answered(page: Page, server: Server) -> None:
    page.goto(server.address)
    sheet = page.locator(".st-key-home_tiles .tiles")
    expect(sheet).to_have_attribute("data-of", re.compile('"rotation_range": 25'))
    rotation = page.get_by_role("slider", name="Rotation")
    rotation.focus()
    rotation.press("ArrowRight")
    expect(sheet).to_have_attribute("data-of", re.compile('"rotation_range": 26'))

    page.get_by_role("button", name="Train", exact=True).click()
    curve = page.locator("[class*=st-key-home_accuracy_] canvas")
    expect(curve).to_have_attribute("data-epochs", re.compile("[1-9]"))
    # The image still follows while the network is trained, and the pet is asked about meanwhile.
    rotation.press("ArrowRight")
    expect(sheet).to_have_attribute("data-of", re.compile('"rotation_range": 27'))
    page.get_by_role("button", name="Cat", exact=True).click()
    expect(page.get_by_test_id("stMetricValue")).to_have_text(re.compile(r"^9\d\.\d%$"))
    expect(curve).to_have_attribute("data-epochs", "40")
    expect(page.get_by_alt_text(re.compile(r"^Image \d+: true class \d, predicted \d"))).not_to_have_count(0)

    expect(page.get_by_text(re.compile(r"^Cat · \d"))).to_be_visible(timeout=WORK_MS)
    expect(page.get_by_alt_text("What supports Cat")).to_be_visible(timeout=WORK_MS)
    expect(page.get_by_text("If forced to choose:")).to_have_count(0)
    page.get_by_role("button", name="Flower").click()
    expect(page.get_by_text("Neither Cat nor Dog If forced to choose:")).to_be_visible(timeout=WORK_MS)
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(DATA / "seven.png")
    expect(page.get_by_role("button", name="Flower")).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_text("Neither Cat nor Dog")).to_be_visible(timeout=WORK_MS)

    page.get_by_role("button", name="Open in Predict").click()
    expect(page.get_by_role("heading", name="Predict")).to_be_visible()
    expect(page.get_by_text("seven.png · 64×64 pixels")).to_be_visible(timeout=WORK_MS)
    # What was done is still there; the sliders' settings go on.
    page.get_by_role("link", name="Home").first.click()
    expect(page.get_by_test_id("stMetricValue")).to_have_text(re.compile("%$"))
    page.get_by_role("button", name="Open in Augment").click()
    expect(page.get_by_role("slider", name="Rotation", exact=True)).to_have_value("27")
    assert "Traceback" not in (server.home / "server.log").read_text()


def test_a_phone_shows_one_of_the_three_at_a_time(browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(server.address)
    headings = ("Bend an image", "Train a network", "Ask about your pet")
    for choice, shown in zip(("Bend", "Train", "Ask"), headings, strict=True):
        page.get_by_role("radio", name=choice).click()
        for heading in headings:
            expect(page.get_by_role("heading", name=heading)).to_be_visible(visible=heading == shown)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    expect(page).to_have_url(re.compile("view=ask"))
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.get_by_role("radio", name="Ask")).to_be_hidden()
    for heading in headings:
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    context.close()
