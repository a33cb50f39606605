"""The Browse page as it is used: filter, sort, turn pages by key, look closely, decide, share the address."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from core.datasets import decisions, store
from core.datasets.decisions import EXCLUDE, RELABEL
from core.datasets.selection import SHARPNESS, Filters, Order, select
from core.datasets.store import Dataset
from tests.browser.conftest import PATIENCE_MS
from tests.browser.server import Server
from tests.browser.settled import image_is_open, settle


def digits(server: Server) -> Dataset:
    return store.read(server.home / "datasets" / "digits")


def grid(page: Page) -> Locator:
    return page.locator(".st-key-gallery .grid button")


def shown(page: Page) -> list[int]:
    ids: list[int] = grid(page).evaluate_all("all => all.map(each => Number(each.dataset.id))")
    return ids


def parameters(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def expect_first(page: Page, index: int) -> None:
    expect(grid(page).first).to_have_attribute("data-id", str(index))


def focused(page: Page) -> str | None:
    code = """() => {
        let element = document.activeElement;
        while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
        return element.dataset.id;
    }"""
    found: str | None = page.evaluate(code)
    return found


def test_filters_order_and_pages_are_as_chosen_and_a_link_shows_the_same(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/browse?dataset=digits")
    expect(grid(page)).to_have_count(96)
    page.get_by_role("radio", name="train · 1,437").click()
    page.get_by_role("button", name="7 · 143", exact=True).click()
    expect(page.get_by_text("143 images")).to_be_visible()
    page.locator(".st-key-sort_digits").click()
    page.get_by_role("option", name="sharpness").click()
    page.get_by_text("Descending").click()
    expected = select(digits(server), Filters("train", (7,)), Order(SHARPNESS, descending=True)).tolist()
    expect_first(page, expected[0])
    assert shown(page) == expected[:96]

    page.keyboard.press("PageDown")
    expect_first(page, expected[96])
    assert shown(page) == expected[96:]
    expect(page).to_have_url(re.compile("page=2"))
    page.keyboard.press("PageDown")  # There is no third.
    page.keyboard.press("ArrowLeft")
    expect_first(page, expected[0])
    page.get_by_role("button", name="Next page").click()
    expect_first(page, expected[96])
    expect(page).to_have_url(re.compile("page=2"))
    wanted = {"dataset": ["digits"], "split": ["train"], "class": ["7"], "sort": ["-sharpness"], "page": ["2"]}
    assert parameters(page) == wanted

    other = page.context.new_page()
    other.goto(page.url)
    expect(grid(other)).to_have_count(len(expected) - 96)
    assert shown(other) == expected[96:]
    assert parameters(other) == wanted
    other.close()

    page.go_back()
    expect_first(page, expected[0])
    expect(page.locator(".st-key-gallery .number")).to_have_value("1")


def test_arrows_go_through_the_grid_and_enter_opens(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/browse?dataset=digits&per=24")
    expect(grid(page)).to_have_count(24)
    grid(page).first.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    assert focused(page) == "1"
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_text("image 1 · 8×8 pixels, gray")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_role("button", name="Next")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("dialog").get_by_text("image 2 · 8×8 pixels, gray")).to_be_visible()
    expect(page).to_have_url(re.compile("picture=2"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("picture="))
    page.wait_for_function(
        """() => {
            let element = document.activeElement;
            while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
            return element.dataset.id === "2";
        }"""
    )
    grid(page).last.focus()
    page.keyboard.press("ArrowRight")  # Past the last: the next page.
    expect_first(page, 24)
    assert focused(page) == "24"


def test_hasty_clicks_open_one_image(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/browse?dataset=digits&per=24")
    expect(grid(page)).to_have_count(24)
    grid(page).nth(3).evaluate("button => { for (let i = 0; i < 20; i++) setTimeout(() => button.click(), 5 * i); }")
    expect(page.get_by_role("dialog").get_by_text("image 3 · 8×8 pixels, gray")).to_be_visible()


def test_a_double_click_opens_once(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/browse?dataset=digits&per=24")
    expect(grid(page)).to_have_count(24)
    grid(page).nth(3).click(click_count=3)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("image 3 · 8×8 pixels, gray")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)


def test_a_click_opens_its_image_though_something_was_decided_meanwhile(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/browse?dataset=digits&per=24")
    expect(grid(page)).to_have_count(24)
    settle(page, PATIENCE_MS)
    decisions.decide(digits(server), [1700], EXCLUDE)
    grid(page).nth(5).click()
    expect(page.get_by_role("dialog").get_by_text("image 5 · 8×8 pixels, gray")).to_be_visible()
    decisions.undo(digits(server))


def test_the_value_under_the_pointer_is_the_images(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/browse?dataset=digits&picture=10")
    image = page.locator(".st-key-viewer canvas.image")
    page.wait_for_function("document.querySelector('.st-key-viewer') !== null")
    expect(image).to_have_js_property("ready", True)
    settle(page, PATIENCE_MS)
    box = image.bounding_box()
    assert box
    side, pixels = box["width"] / 8, digits(server).images[10, ..., 0]
    for x, y in ((0, 0), (3, 2), (7, 7)):
        page.mouse.move(box["x"] + (x + 0.5) * side, box["y"] + (y + 0.5) * side)
        expect(page.locator(".st-key-viewer .value")).to_have_text(f"x {x}, y {y} · gray {pixels[y, x]}")


def test_decisions_are_made_by_key_marked_undone_and_kept(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/browse?dataset=digits&picture=20")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Nothing decided")).to_be_visible()
    image_is_open(page)
    page.keyboard.press("x")
    expect(dialog.get_by_text("excluded")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_text("image 21 ")).to_be_visible()
    # The controls of the next image take the place of those of the last one.
    expect(dialog.get_by_text("Nothing decided")).to_be_visible()
    page.keyboard.press("l")
    expect(dialog.get_by_role("combobox", name="Relabel")).to_be_focused()
    page.keyboard.type("8")
    expect(page.get_by_role("option")).to_have_text("8")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("relabeled to 8")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator(".st-key-gallery [data-id='20'].dimmed .mark")).to_have_text("✕")
    expect(page.locator(".st-key-gallery [data-id='21'] .mark")).to_have_text("→ 8")
    made = {index: (each.decision, each.label) for index, each in decisions.current(digits(server)).items()}
    assert made == {20: (EXCLUDE, None), 21: (RELABEL, 8)}

    page.reload()
    expect(page.locator(".st-key-gallery .mark")).to_have_count(2)
    page.get_by_text("More filters and review").click()
    # By key: a click is lost while the expander opens, for what is in it moves.
    with page.expect_download() as download:
        page.get_by_role("button", name="Download decisions (2, CSV)").press("Enter")
    rows = download.value.path().read_text(encoding="utf-8").splitlines()
    assert rows[0] == "image,file name,label,decision,new label,time"
    assert rows[1].startswith("20,,0,exclude,,")
    page.get_by_role("button", name="Undo last decision (1 image)").click()
    expect(page.locator(".st-key-gallery .mark")).to_have_count(1)
    page.get_by_role("button", name="Undo last decision (1 image)").click()
    expect(page.locator(".st-key-gallery .mark")).to_have_count(0)
    assert decisions.current(digits(server)) == {}


@pytest.mark.parametrize("way", ["typing", "arrows", "mouse"])
def test_keys_are_commands_again_after_an_image_was_relabelled(page: Page, server: Server, way: str) -> None:
    page.goto(f"{server.address}/browse?dataset=digits&picture=30")
    dialog = page.get_by_role("dialog")
    image_is_open(page)
    listed = dialog.get_by_role("combobox", name="Relabel")
    if way == "mouse":
        listed.click()
        page.get_by_role("option").nth(3).click()
    else:
        page.keyboard.press("l")
        expect(listed).to_be_focused()
        if way == "typing":
            page.keyboard.type("3")
            expect(page.get_by_role("option")).to_have_text("3")
        else:
            page.keyboard.press("ArrowDown")
            expect(page.get_by_role("option").first).to_be_visible()
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    expect(dialog.get_by_text("relabeled to")).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.keyboard.press("z")
    expect(dialog.get_by_text("Taken back: relabeled to")).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_text("image 31 ")).to_be_visible()


def test_a_page_turned_while_one_leaves_does_not_take_the_next_page_away(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/browse?dataset=digits")
    expect(grid(page)).to_have_count(96)
    for to in ("Augment", "Browse", "Preprocess"):
        leave_and_turn = """to => {
            [...document.querySelectorAll("a")].find(link => link.textContent.includes(to)).click();
            document.dispatchEvent(new KeyboardEvent("keydown", { key: "PageDown", bubbles: true }));
        }"""
        page.evaluate(leave_and_turn, to)
        expect(page.get_by_role("heading", name=to, exact=True)).to_be_visible()
        page.wait_for_timeout(1000)  # What was asked for too late would be drawn after the page.
        expect(page.get_by_role("heading", name=to, exact=True)).to_be_visible()
