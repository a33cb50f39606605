"""The Runs page as it is used: two runs are ticked, compared, and one is looked at image by image."""

import re
from dataclasses import asdict, replace

import pytest
from playwright.sync_api import Page, expect

from core import runs
from core.recipes.recipe import find_recipe
from core.storage import checked
from tests.browser.conftest import PATIENCE_MS
from tests.browser.server import Server
from tests.browser.settled import settle
from tests.unit.made_runs import made_run


def test_two_runs_are_ticked_and_compared_image_by_image(
    page: Page, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIXELWISE_HOME", str(server.home))
    before = made_run(range(40), title="Baseline")
    faster = find_recipe("digits-cnn").with_settings({"optimiser.learning_rate": 0.01})
    after = made_run(range(10), title="Faster rate", recipe=faster)
    page.goto(f"{server.address}/runs")
    table = page.locator(".st-key-runs_table")
    # The newest is chosen; the other is ticked beside it.
    expect(page.get_by_role("heading", name="Export")).to_be_visible()
    table.get_by_role("checkbox", name=f"Select Baseline, {before.name}").check()
    expect(page.get_by_text("Significantly better: 30 fixed and 0 broken of 360 images")).to_be_visible()
    expect(page).to_have_url(re.compile(f"run={after.name}&run={before.name}"))
    expect(page.get_by_role("cell", name="optimiser.learning_rate")).to_be_visible()
    charts = page.locator(".st-key-runs_curves canvas")
    expect(charts.nth(1)).to_have_attribute("data-lines", "4")
    expect(charts.nth(1)).to_have_attribute("aria-label", "Accuracy of 2 runs against epoch")
    right_of = """([table, chart]) => chart.getBoundingClientRect().left > table.getBoundingClientRect().right"""
    below = """([table, chart]) => chart.getBoundingClientRect().top > table.getBoundingClientRect().bottom"""
    both = [table.element_handle(), charts.first.element_handle()]
    for width, place in ((1024, below), (1440, right_of)):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(place, arg=both)

    gallery = page.locator(".st-key-runs_gallery .grid button")
    expect(gallery).to_have_count(30)
    gallery.first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Before")).to_be_visible()
    expect(dialog.get_by_text("After")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)

    rows = table.locator("tbody tr")
    table.get_by_role("button", name="Test acc.", exact=True).click()
    expect(rows.first).to_contain_text("Faster rate")
    table.get_by_role("button", name=re.compile("^Test acc")).click()
    expect(rows.first).to_contain_text("Baseline")
    rows.first.get_by_role("button", name="Star").click()
    expect(rows.first.get_by_role("button", name="Star")).to_have_attribute("aria-pressed", "true")
    table.get_by_role("searchbox", name="Filter runs").fill("faster")
    expect(rows).to_have_count(1)
    table.get_by_role("searchbox", name="Filter runs").fill("")

    table.get_by_role("button", name="Baseline", exact=True).click()
    expect(page.get_by_role("heading", name="Export")).to_be_visible()
    assert runs.find(before.name).about_run.star
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").nth(1).click()
    assert download.value.suggested_filename.endswith(".json")


@pytest.mark.parametrize("width", [1440, 390])
def test_a_long_title_without_a_space_makes_no_table_wider_than_the_page(
    page: Page, server: Server, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("PIXELWISE_HOME", str(server.home))
    run = made_run(title="a" * 110)
    checked.write(run.folder / "dataset.json", asdict(replace(run.about, title="b" * 110)))
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{server.address}/runs?run={run.name}")
    frame = page.locator(".st-key-runs_table .frame")
    expect(frame.get_by_text("a" * 110).first).to_be_visible()
    settle(page, PATIENCE_MS)
    assert frame.evaluate("frame => frame.scrollWidth - frame.clientWidth") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
