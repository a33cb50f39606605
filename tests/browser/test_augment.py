"""The Augment page as it is used: images follow a slider that is dragged; the same seed draws the same tiles."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from core import runs
from tests.browser.conftest import PATIENCE_MS, WORK_MS
from tests.browser.server import Server
from tests.browser.settled import comes_true, settle
from tests.processes.trainings import begin, ended, wait_for

# All tiles' pixels, and what they were made of.
_TILES = """() => {
    const left = [document.querySelector(".st-key-augmented")];
    while (left.length) {
        const element = left.pop();
        const tiles = element.shadowRoot?.querySelector(".tiles");
        if (tiles) return {
            of: tiles.dataset.of,
            images: [...tiles.querySelectorAll("canvas")].map(each => each.toDataURL()),
            captions: [...tiles.querySelectorAll("figure")].map(each =>
                each.querySelector("figcaption").textContent || each.querySelector(".tip").textContent),
        };
        left.push(...element.children);
    }
}"""


def opened(page: Page, server: Server, parameters: str = "&settings=none") -> None:
    page.goto(f"{server.address}/augment?dataset=digits&pictures=3&tiles=4{parameters}")
    expect(page.locator(".st-key-augmented canvas")).to_have_count(5)
    comes_true(page, f"({_TILES})().of")
    settle(page, PATIENCE_MS)


def tiles(page: Page) -> tuple[list[str], list[str]]:
    found = page.evaluate(_TILES)
    return found["images"], found["captions"]


def wait_for_rotation(page: Page, degrees: int) -> None:
    comes_true(page, f"degrees => JSON.parse(({_TILES})().of).rotation_range === degrees", degrees)


def wait_for_other_tiles(page: Page, before: list[str]) -> None:
    comes_true(page, f"before => ({_TILES})().images[1] !== before", before[1])


def test_the_tiles_change_while_the_mouse_is_down_and_the_address_when_it_is_up(page: Page, server: Server) -> None:
    opened(page, server)
    plain, captions = tiles(page)
    assert len(set(plain)) == 1
    assert captions == ["3 · 3", *["unchanged"] * 4]
    box = page.locator(".st-key-augment_geometry .track").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + 6, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 6 + (box["width"] - 12) / 4, box["y"] + 12, steps=10)
    wait_for_rotation(page, 45)
    quarter, captions = tiles(page)
    assert quarter[0] == plain[0], "the first is the image as it is"
    assert len(set(quarter)) == 5
    assert all(re.fullmatch(r"rotated [\d.]+° (counter)?clockwise", caption) for caption in captions[1:])
    page.mouse.move(box["x"] + 6 + (box["width"] - 12) / 2, box["y"] + 12, steps=10)
    wait_for_rotation(page, 90)
    assert tiles(page)[0][1] != quarter[1]
    assert "rotation_range" not in page.url
    page.mouse.up()
    expect(page).to_have_url(re.compile("rotation_range=90"))


def test_the_same_seed_draws_the_same_tiles(page: Page, server: Server) -> None:
    settings = "&rotation_range=40&zoom_range=0.2&seed=5"
    opened(page, server, settings)
    first, _ = tiles(page)
    page.get_by_role("button", name="Resample").click()
    wait_for_other_tiles(page, first)
    page.get_by_role("spinbutton", name="Seed").fill("5")
    page.keyboard.press("Enter")
    comes_true(page, f"before => ({_TILES})().images[1] === before", first[1])
    other = page.context.new_page()
    opened(other, server, settings)
    assert tiles(other)[0] == first
    other.close()


def test_a_preset_moves_the_sliders_and_outlives_a_change_of_page(page: Page, server: Server) -> None:
    opened(page, server)
    page.locator(".st-key-augment_start").click()
    page.get_by_role("option", name="Strong").click()
    expect(page.get_by_role("slider", name="Rotation")).to_have_value("30")
    expect(page.get_by_role("slider", name="Box gray level")).to_be_visible()
    page.get_by_role("button", name="Save as").click()
    page.get_by_role("textbox", name="Name").fill("mine")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="Train with these settings")).to_have_attribute(
        "href", re.compile("augmentation=mine")
    )
    page.get_by_role("link", name="Browse").first.click()
    expect(page.locator(".st-key-gallery img").first).to_be_visible()
    page.get_by_role("link", name="Augment").first.click()
    expect(page.get_by_role("slider", name="Rotation")).to_have_value("30")
    expect(page.get_by_role("slider", name="Zoom, highest")).to_have_value("1.3")
    expect(page).to_have_url(re.compile("rotation_range=30"))
    kept = json.loads(next((server.home / "saved" / "augmentation").glob("*.json")).read_text())
    assert kept["content"]["fill_mode"] == "reflect"


def test_a_box_to_erase_shows_its_sliders_while_the_first_is_dragged(page: Page, server: Server) -> None:
    opened(page, server)
    slider = page.get_by_role("slider", name="Random erasing", exact=True)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    page.mouse.move(box["x"] + 6, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 6 + (box["width"] - 12) / 2, box["y"] + 12, steps=10)
    expect(page.get_by_role("slider", name="Box gray level")).to_be_visible()
    page.mouse.move(box["x"] + 6 + (box["width"] - 12), box["y"] + 12, steps=10)
    expect(slider).to_have_value("1")
    comes_true(page, f"JSON.parse(({_TILES})().of).erasing === 1")
    page.mouse.up()


def test_whether_it_is_safe_is_measured_in_the_background(
    page: Page, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIXELWISE_HOME", str(server.home))
    assert wait_for(begin("digits-dense", epochs=8), ended).state == runs.FINISHED
    page.goto(f"{server.address}/augment?dataset=digits&view=is-it-safe&vertical_flip=true&rotation_range=20")
    page.get_by_role("button", name="Run safety check").click()
    expect(page.get_by_text("Accuracy lost per setting")).to_be_visible(timeout=WORK_MS)
    expect(page.get_by_text("on 360 original test images")).to_be_visible()
    expect(page.get_by_text("Vertical flip has the largest effect")).to_be_visible()
    expect(page.locator(".st-key-safety_lost canvas").first).to_be_visible()
