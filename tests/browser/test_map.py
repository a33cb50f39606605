"""The map: hovering shows an image, a click opens it, a lasso filters the gallery, and what is left out goes grey."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS
from tests.browser.server import Server
from tests.browser.settled import settle

IN_COLOUR = re.compile(r"^(\d[\d,]*) of 1,797 images in colour$")


def open_map(page: Page, server: Server, query: str = "") -> Locator:
    page.goto(f"{server.address}/browse?dataset=digits&view=map{query}")
    points = page.get_by_role("img", name="Map of 1797 images")
    settle(page, PATIENCE_MS)
    points.scroll_into_view_if_needed()
    return points


def point_near_the_middle(page: Page, points: Locator) -> tuple[float, float]:
    """Move the mouse over the map until an image shows; return where."""
    box = points.bounding_box()
    assert box is not None
    tip = page.locator(".tip")
    for step in range(200):
        x, y = box["x"] + box["width"] / 2 + 3 * step, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        wait_for_frame(points)
        if tip.is_visible():
            return x, y
    raise AssertionError("no point near the middle")


def test_hovering_shows_the_image_and_a_click_opens_it(page: Page, server: Server) -> None:
    points = open_map(page, server)
    expect(page.get_by_role("status").get_by_text("1,797 images", exact=True)).to_be_visible()
    x, y = point_near_the_middle(page, points)
    tip = page.locator(".tip")
    expect(tip.locator("b")).to_have_text(re.compile(r"^\d$"))
    expect(tip.locator("span")).to_have_text(re.compile(r"^image [\d,]+$"))
    expect(tip.locator("canvas")).to_be_visible()
    shades = tip.locator("canvas").evaluate(
        "each => new Set(each.getContext('2d').getImageData(0, 0, each.width, each.height).data).size"
    )
    assert shades > 2, "the image is drawn"
    shown = tip.locator("span").inner_text()
    page.mouse.click(x, y)
    expect(page.get_by_role("dialog")).to_contain_text(shown)


def test_a_lasso_filters_the_gallery_and_escape_clears_it(page: Page, server: Server) -> None:
    points = open_map(page, server)
    said = page.get_by_role("status").filter(has_text="images")
    expect(said).to_have_text("1,797 images")
    box = points.bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.get_by_role("button", name="Lasso", exact=True).click()
    page.mouse.move(*middle)
    page.mouse.down()
    for across, down in ((120, 0), (120, 120), (0, 120)):
        page.mouse.move(middle[0] + across, middle[1] + down, steps=4)
    page.mouse.up()
    expect(said).to_have_text(IN_COLOUR)
    found = IN_COLOUR.match(said.inner_text())
    assert found is not None
    assert 10 < int(found[1].replace(",", "")) < 1000
    page.get_by_role("radio", name="Images", exact=True).click()
    expect(page.get_by_text(f"{found[1]} images", exact=True)).to_be_visible()
    expect(page.locator(".st-key-gallery img").first).to_be_visible()
    page.get_by_role("radio", name="Map", exact=True).click()
    expect(said).to_have_text(found[0])
    points.press("Escape")
    expect(said).to_have_text("1,797 images")


def test_the_filter_greys_the_map_and_the_legend_hides_classes(page: Page, server: Server) -> None:
    points = open_map(page, server, "&class=3")
    said = page.get_by_role("status").filter(has_text="images")
    expect(said).to_have_text("183 of 1,797 images in colour")
    wait_for_frame(points)
    before = colours(points)
    legend = page.get_by_role("group", name="Classes")
    three = legend.get_by_role("button", name="3 · 183")
    three.click()
    expect(three).to_have_attribute("aria-pressed", "false")
    wait_for_frame(points)
    assert colours(points) < before, "threes are no longer drawn"


def test_keys_pan_and_zoom_until_points_become_images(page: Page, server: Server) -> None:
    points = open_map(page, server)
    expect(page.get_by_role("status").get_by_text("1,797 images", exact=True)).to_be_visible()
    wait_for_frame(points)
    whole = image_of(points)
    points.press("ArrowLeft")
    wait_for_frame(points)
    panned = image_of(points)
    assert panned != whole
    for _ in range(9):
        points.press("+")
    wait_for_frame(points)
    assert image_of(points) not in (whole, panned)
    points.press("0")
    wait_for_frame(points)
    assert image_of(points) == whole


def wait_for_frame(points: Locator) -> None:
    """Wait until what is asked for by now is drawn: the map draws once a frame."""
    points.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def image_of(points: Locator) -> str:
    return str(points.evaluate("each => each.toDataURL()"))


def colours(points: Locator) -> int:
    """Return how many pixels of the map are neither gray nor empty."""
    return int(
        points.evaluate(
            """each => {
                const { data } = each.getContext('2d').getImageData(0, 0, each.width, each.height);
                let found = 0;
                for (let byte = 0; byte < data.length; byte += 4)
                    if (data[byte + 3] > 200 && Math.abs(data[byte] - data[byte + 2]) > 60) found++;
                return found;
            }"""
        )
    )
