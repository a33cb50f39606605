"""Teach in a browser: photos make a classifier, the camera records and is answered, and all of it is there again."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS, WORK_MS
from tests.browser.server import Server
from tests.browser.settled import settle
from tests.unit.photo_files import saved

# A camera made of a canvas that changes: Chromium's own fake one needs an argument at its start.
CAMERA = """
const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
const ink = canvas.getContext("2d");
let turn = 0;
setInterval(() => {
  ink.fillStyle = `hsl(${turn++ % 360} 80% 50%)`;
  ink.fillRect(0, 0, 640, 480);
  ink.fillStyle = "white";
  ink.fillRect(turn * 7 % 600, 200, 40, 40);
}, 40);
navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(25);
"""
REFUSED = """
navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("no", "NotAllowedError"); };
"""


def photos(shade: int) -> list[FilePayload]:
    rng = np.random.default_rng(shade)
    made = ((rng.integers(0, 60, (96, 128, 3)) + shade).astype(np.uint8) for _ in range(4))
    return [
        {"name": f"{number}.png", "mimeType": "image/png", "buffer": saved(Image.fromarray(each), "PNG")}
        for number, each in enumerate(made)
    ]


@pytest.fixture
def filming(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    opened.add_init_script(CAMERA)
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    context.close()


def bring(page: Page, place: int, files: list[FilePayload]) -> None:
    page.get_by_test_id("stFileUploaderDropzoneInput").nth(place).set_input_files(files)
    expect(page.locator(".strip").nth(place).locator("figure")).to_have_count(4, timeout=WORK_MS)


def test_photos_and_the_camera_teach_and_are_answered(filming: Page, server: Server) -> None:
    page = filming
    page.goto(f"{server.address}/teach")
    bring(page, 0, photos(20))
    bring(page, 1, photos(180))
    expect(page.get_by_text("Accuracy on images it has not learned from")).to_be_visible(timeout=WORK_MS)

    page.get_by_role("button", name="Camera").first.click()
    record = page.get_by_role("button", name="Hold to record")
    record.hover()
    page.mouse.down()
    page.wait_for_timeout(1500)
    page.mouse.up()
    expect(page.get_by_text(re.compile(r"^\d+ recorded$"))).to_be_visible()
    first = page.locator(".strip").first.locator("figure")
    expect(first.nth(7)).to_be_visible(timeout=WORK_MS)
    page.get_by_role("button", name="Close the camera").click()

    page.get_by_role("radio", name="Camera").click()
    expect(page.locator(".bars .row")).to_have_count(2, timeout=WORK_MS)
    page.get_by_role("link", name="Browse", exact=True).first.click()
    expect(page.get_by_role("heading", name="Browse", exact=True)).to_be_visible()
    page.goto(f"{server.address}/teach")
    expect(first.nth(7)).to_be_visible(timeout=WORK_MS)
    expect(page.get_by_text("Accuracy on images it has not learned from")).to_be_visible(timeout=WORK_MS)
    settle(page, WORK_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440, "nothing reaches beyond the screen"
    assert "Traceback" not in (server.home / "server.log").read_text()


def test_folders_are_dropped_and_chosen_with_what_is_no_image_said(page: Page, server: Server, tmp_path: Path) -> None:
    for name, shade in (("dark", 20), ("light", 180)):
        inner = tmp_path / name / "more"
        inner.mkdir(parents=True)
        for number, photo in enumerate(photos(shade)):
            (inner if number else tmp_path / name).joinpath(f"{number}.png").write_bytes(photo["buffer"])
        (inner / "notes.txt").write_text("no photo")
        (inner / ".hidden").write_text("junk")
    page.goto(f"{server.address}/teach")
    page.get_by_test_id("stPopover").get_by_role("button", name="Project").click()
    page.get_by_label("Title").fill("Folders")
    page.get_by_role("button", name="Begin another").click()
    expect(page.get_by_text("No images yet")).to_have_count(2)

    drop(page, page.get_by_test_id("stFileUploaderDropzone").first, tmp_path / "dark")
    expect(page.locator(".strip").first.locator("figure")).to_have_count(4, timeout=WORK_MS)
    expect(page.get_by_text("notes.txt: Not a supported image")).to_be_visible()

    page.get_by_role("button", name="Folder").nth(1).click()
    page.get_by_test_id("stPopoverBody").get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        tmp_path / "light"
    )
    expect(page.locator(".strip").nth(1).locator("figure")).to_have_count(4, timeout=WORK_MS)
    expect(page.get_by_text("notes.txt: Not a supported image")).to_have_count(1)
    expect(page.get_by_text(".hidden")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_text("Accuracy on images it has not learned from")).to_be_visible(timeout=WORK_MS)


def drop(page: Page, place: Locator, folder: Path) -> None:
    """Let go of a folder over a place, as from a file manager: a page's own script cannot make such a drop."""
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box is not None
    middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        page.context.new_cdp_session(page).send("Input.dispatchDragEvent", {"type": kind, **middle, "data": data})


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (REFUSED, "The camera may not be used. Allow it in the browser"),
        (REFUSED.replace("NotAllowedError", "NotFoundError"), "No camera was found."),
        ("Object.defineProperty(navigator, 'mediaDevices', { value: undefined });", "The browser gives no camera here"),
    ],
)
def test_no_camera_is_said_and_the_page_goes_on(page: Page, server: Server, script: str, sentence: str) -> None:
    page.add_init_script(script)
    page.goto(f"{server.address}/teach")
    page.get_by_role("button", name="Camera").first.click()
    expect(page.get_by_text(sentence)).to_be_visible()
    expect(page.get_by_role("button", name="Hold to record")).to_be_hidden()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text(sentence)).to_be_visible()
    page.get_by_role("button", name="Close the camera").click()
    expect(page.get_by_text(sentence)).to_be_hidden()
