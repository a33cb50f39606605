"""The Preprocess page as it is used: images follow a slider and a box while they are dragged; save; a bad upload."""

import json
import re
from urllib.parse import quote

from playwright.sync_api import FilePayload, Locator, Page, Position, expect

from core.preprocessing import Crop, Grayscale, Pipeline, Resize, Rotate
from tests.browser.server import Server
from tests.browser.settled import comes_true


def open_with(page: Page, server: Server, *steps: object, **address: str) -> None:
    pipeline = quote(json.dumps(Pipeline(steps).to_json()), safe="")  # type: ignore[arg-type]
    parameters = "&".join(f"{name}={value}" for name, value in {"dataset": "digits", **address}.items())
    page.goto(f"{server.address}/preprocess?{parameters}&steps={pipeline}")
    expect(canvas(page, "after")).to_have_attribute("data-size", re.compile("×"))
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def canvas(page: Page, side: str) -> Locator:
    return page.locator(f".st-key-compare [data-side={side}] canvas")


def pixels(page: Page) -> str:
    drawn: str = canvas(page, "after").evaluate("canvas => canvas.toDataURL()")
    return drawn


def wait_for_other_pixels(page: Page, before: str) -> None:
    drawn = canvas(page, "after").element_handle()
    comes_true(page, "([canvas, before]) => canvas.toDataURL() !== before", [drawn, before])


def middle(element: Locator) -> tuple[float, float]:
    element.hover(trial=True)  # It is in view, and moves no longer.
    box = element.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_image_turns_before_the_slider_is_let_go(page: Page, server: Server) -> None:
    open_with(page, server, Rotate(angle=0.0))
    x, y = middle(page.locator("[class*=st-key-step_][class*=_sliders] .track").first)
    page.mouse.move(x, y)
    page.mouse.down()
    seen = [pixels(page)]
    for step in range(1, 5):
        page.mouse.move(x + 20 * step, y)
        wait_for_other_pixels(page, seen[-1])  # The thumb is still held.
        seen.append(pixels(page))
    assert len(set(seen)) == 5
    page.mouse.up()
    expect(page.locator("[data-side=before] canvas")).to_have_attribute("data-size", "8×8")


def test_the_crop_box_is_dragged_on_the_image(page: Page, server: Server) -> None:
    open_with(page, server, Crop(left=0, top=0, width=320, height=200), source="photos")
    expect(canvas(page, "after")).to_have_attribute("data-size", "320×200")
    box = page.locator("[class*=_left_box] .box")
    shown = page.locator("[class*=_left_box] .image").bounding_box()
    assert shown
    corner = box.locator("b").last
    x, y = middle(corner)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + shown["width"] / 4, y, steps=5)
    expect(canvas(page, "after")).to_have_attribute("data-size", re.compile("^48[0-9]×200|^47[0-9]×200"))
    page.mouse.up()
    x, y = middle(box)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 1000, y + 1000, steps=5)
    page.mouse.up()
    expect(page.get_by_text(re.compile(r"reaches outside"))).to_have_count(0)
    expect(box).to_have_attribute("aria-valuetext", re.compile("top 227"))
    box.focus()
    page.keyboard.press("ArrowUp")
    expect(box).to_have_attribute("aria-valuetext", re.compile("top 226"))
    expect(page.locator("output").nth(1)).to_have_text("226 px")


def test_the_magnifier_shows_the_numbers_of_both_images(page: Page, server: Server) -> None:
    open_with(page, server, Resize(width=16, height=16, resampling="nearest"), compare="beside")
    canvas(page, "after").hover(position={"x": 2, "y": 2})
    cells = page.locator(".st-key-compare [data-side=after] .numbers span")
    expect(cells).to_have_count(25)
    expect(page.locator(".st-key-compare [data-side=before] .numbers span").first).to_have_text("0")
    before = canvas(page, "before").bounding_box()
    assert before
    canvas(page, "before").hover(position={"x": before["width"] * 0.45, "y": before["height"] * 0.2})
    expect(cells.nth(12)).not_to_have_text("0")


def test_a_divider_shows_more_of_one_image_or_the_other(page: Page, server: Server) -> None:
    open_with(page, server, Resize(width=16, height=16, resampling="nearest"))
    before, after = (canvas(page, side).bounding_box() for side in ("before", "after"))
    assert before and before == after, "both fill one place"
    right, left = Position(x=before["width"] - 4, y=4), Position(x=4, y=4)
    canvas(page, "after").hover(position=right, trial=True)
    canvas(page, "before").hover(position=left, trial=True)
    divider = page.get_by_role("slider", name="Divider")
    divider.press("End")
    canvas(page, "before").hover(position=right, trial=True)
    divider.press("Home")
    canvas(page, "after").hover(position=left, trial=True)
    page.get_by_role("button", name="Side by side").click()
    page.wait_for_url("**compare=beside**")
    expect(divider).to_be_hidden()


def test_a_pipeline_is_built_saved_and_there_again_after_another_page(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/preprocess?dataset=digits&picture=7")
    expect(page.get_by_text("No active steps")).to_be_visible()
    page.get_by_role("combobox", name="Start from").click()
    page.get_by_role("option", name="MNIST style").click()
    expect(canvas(page, "after")).to_have_attribute("data-size", "28×28")
    page.get_by_role("combobox", name="Add a step").focus()
    page.keyboard.type("Flip")
    expect(page.get_by_role("option")).to_have_text(re.compile("Flip"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 · Flip").first).to_be_visible()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("textbox", name="Name").fill("mine")
    page.get_by_role("textbox", name="Name").press("Enter")
    page.locator(".st-key-pipeline_save button").click()
    expect(page.get_by_text("Saved as mine")).to_be_visible()
    (saved,) = (server.home / "saved" / "pipeline").glob("mine-*.json")
    kinds = [step["kind"] for step in json.loads(saved.read_text())["content"]["steps"]]
    assert kinds == ["Grayscale", "Resize", "Flip"]
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Browse").first.click()
    expect(page.get_by_role("heading", name="Browse")).to_be_visible()
    page.get_by_role("link", name="Preprocess").first.click()
    expect(page.get_by_text("3 · Flip").first).to_be_visible()
    expect(canvas(page, "after")).to_have_attribute("data-size", "28×28")


def test_all_images_are_applied_and_come_as_a_zip(page: Page, server: Server) -> None:
    open_with(page, server, Grayscale(), Resize(width=10, height=12))
    page.get_by_role("radio", name="Whole dataset").click()
    page.get_by_role("button", name="Apply to whole dataset").click()
    expect(page.get_by_text("(1,797, 12, 10, 1)")).to_be_visible()
    page.get_by_role("button", name="Export as ZIP").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the zip").click()
    assert download.value.path().read_bytes()[:2] == b"PK"


def test_a_bad_upload_is_named_and_the_rest_stays(page: Page, server: Server) -> None:
    open_with(page, server, Grayscale())
    page.get_by_role("radio", name="Upload").click()
    bad: FilePayload = {"name": "my<b>cat.png", "mimeType": "image/png", "buffer": b"no image"}
    page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(bad)
    expect(page.get_by_text("my<b>cat.png: Not a supported image")).to_be_visible()
    expect(page.get_by_role("button", name="Choose another photo")).to_be_visible()
    page.get_by_role("radio", name="Sample photos").click()
    expect(canvas(page, "after")).to_have_attribute("data-size", "640×427")
    expect(page.get_by_text("1 · Grayscale").first).to_be_visible()


def test_unsaved_steps_outlive_a_reload_and_the_image_a_visit_to_another_page(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/preprocess?dataset=digits&view=numbers")
    page.get_by_role("spinbutton", name="Image number").fill("5")
    page.get_by_role("spinbutton", name="Image number").press("Enter")
    expect(page).to_have_url(re.compile("picture=5"))
    page.get_by_role("combobox", name="Add a step").focus()
    page.keyboard.type("Flip")
    expect(page.get_by_role("option")).to_have_text(re.compile("Flip"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("steps="))
    page.reload()
    expect(page.get_by_text("1 · Flip").first).to_be_visible()
    expect(page.get_by_role("radio", name="Normalization")).to_be_checked()
    expect(page.get_by_role("spinbutton", name="Image number")).to_have_value("5")

    page.get_by_role("link", name="Browse").first.click()
    expect(page.get_by_role("heading", name="Browse")).to_be_visible()
    page.get_by_role("link", name="Preprocess").first.click()
    expect(page.get_by_text("1 · Flip").first).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Image number")).to_have_value("5")


def test_a_drag_changes_the_address_once(page: Page, server: Server) -> None:
    open_with(page, server, Rotate(angle=0.0))
    before = page.url
    x, y = middle(page.locator("[class*=st-key-step_][class*=_sliders] .track").first)
    page.mouse.move(x, y)
    page.mouse.down()
    seen = pixels(page)
    page.mouse.move(x + 40, y)
    wait_for_other_pixels(page, seen)
    assert page.url == before
    page.mouse.up()
    expect(page).not_to_have_url(before)
    (step,) = json.loads(page.evaluate("new URLSearchParams(location.search).get('steps')"))
    assert step["angle"] > 0
    page.go_back()
    expect(page.locator("[class*=_sliders] output").first).to_have_text("0.0°")
