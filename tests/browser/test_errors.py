"""The Errors page as it is used: from a cell to its images, to a decision, and by a link to the same."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.datasets import decisions, store
from core.datasets.decisions import EXCLUDE
from tests.browser.server import Server
from tests.browser.settled import image_is_open
from tests.pages.test_errors import digits_run


def images(page: Page) -> list[str]:
    alts: list[str] = page.locator(".st-key-gallery .grid img").evaluate_all("all => all.map(each => each.alt)")
    return alts


def test_from_a_cell_to_a_decision_and_a_link_shows_the_same(
    page: Page, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIXELWISE_HOME", str(server.home))
    run = digits_run(wrong=60)
    page.goto(f"{server.address}/errors?run={run.name}")
    expect(page.get_by_text("All 60 errors")).to_be_visible()
    confused = re.compile(r"^(\d) predicted as (\d): ([2-9]|\d\d) of")
    cell = page.locator(".st-key-confusion td").get_by_role("button", name=confused).first
    found = confused.match(cell.get_attribute("aria-label") or "")
    assert found
    true, predicted, count = found.groups()
    cell.click()
    expect(page.get_by_text(f"{true} predicted as {predicted}: {count} images")).to_be_visible()
    expect(page.locator(".st-key-gallery .grid img")).to_have_count(int(count))
    assert all(f": true class {true}, predicted {predicted} (" in alt for alt in images(page))

    page.locator(".st-key-gallery .grid button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(f"predicted {predicted} 82.0%")).to_be_visible()
    expect(dialog.get_by_role("button", name="Next")).to_be_enabled()
    image_is_open(page)
    page.keyboard.press("x")
    expect(dialog.get_by_text("excluded")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator(".st-key-gallery .dimmed .mark")).to_have_text("✕")
    expect(page).not_to_have_url(re.compile("picture="))
    digits = store.read(server.home / "datasets" / "digits")
    assert [each.decision for each in decisions.current(digits).values()] == [EXCLUDE]

    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_text(f"{true} predicted as {predicted}: {count} images")).to_be_visible()
    expect(other.locator(".st-key-gallery .grid img")).to_have_count(int(count))
    assert images(other) == images(page)
    pressed = other.locator(".st-key-confusion td button[aria-pressed=true]")
    expect(pressed).to_have_attribute("aria-label", found.string)
    pressed.click()  # Again: it is not chosen any more.
    expect(other.get_by_text("All 60 errors")).to_be_visible()

    # A row of the table of classes leads to the images of the class.
    page.get_by_role("radio", name="Classes").click()
    page.locator(".st-key-class_scores td.recall button").nth(int(true)).click()
    expect(page.get_by_text(re.compile(rf"^{true}: \d+ images"))).to_be_visible()
    expect(page).to_have_url(re.compile(f"true={true}"))
