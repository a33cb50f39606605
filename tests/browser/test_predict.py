"""Predict on a phone: several photos at once, one of them broken; answers, a correction, a table to take away."""

import csv
import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser.conftest import PATIENCE_MS, WORK_MS
from tests.browser.server import Server, running_server
from tests.browser.settled import settle
from tests.paths import DATA, PROJECT
from tests.unit.photo_files import saved, scene, turned

SEVEN = (DATA / "seven.png").read_bytes()
FILES: list[FilePayload] = [
    {"name": "seven.png", "mimeType": "image/png", "buffer": SEVEN},
    {"name": "phone.jpg", "mimeType": "image/jpeg", "buffer": turned()},
    {"name": "![](x).png", "mimeType": "image/png", "buffer": b"no image"},
    {"name": "=1+1.png", "mimeType": "image/png", "buffer": saved(scene(), "PNG")},
]


@pytest.fixture(scope="module")
def predicting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with one run, trained on the digits."""
    home = tmp_path_factory.mktemp("home")
    train = [sys.executable, "-m", "core", "train", "digits-cnn", "--set", "fit.epochs=2", "--wait"]
    subprocess.run(train, cwd=PROJECT, env={**os.environ, "PIXELWISE_HOME": str(home)}, check=True, capture_output=True)
    with running_server(home) as started:
        yield started


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, device_scale_factor=2, reduced_motion="reduce"
    )
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    context.close()


def test_photos_are_answered_corrected_and_taken_away(phone: Page, predicting: Server) -> None:
    phone.goto(f"{predicting.address}/predict")
    phone.get_by_role("radio", name="Upload").click()
    phone.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(FILES)
    expect(phone.get_by_text("![](x).png: Not a supported image.")).to_be_visible(timeout=WORK_MS)
    expect(phone.get_by_text(re.compile("3 photos, least confident first"))).to_be_visible(timeout=WORK_MS)
    rows = phone.locator(".st-key-answers button")
    expect(rows).to_have_count(3)

    rows.filter(has_text="seven.png").tap()
    opened = phone.locator(".st-key-opened_photo")
    expect(opened.get_by_text("seven.png · ")).to_be_visible()
    expect(opened.get_by_role("heading", name=re.compile(r"^\d · \d+\.\d%$"))).to_be_in_viewport()
    phone.locator(".st-key-truth").get_by_role("radio", name="7", exact=True).tap()
    expect(rows.filter(has_text="seven.png").locator(".truth").last).to_have_text(re.compile("^(✓ right|✗ true: 7)$"))
    expect(phone.get_by_text("Add 1 photo to a dataset")).to_be_visible()
    settle(phone, WORK_MS)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390, "nothing reaches beyond the screen"

    with phone.expect_download() as download:
        phone.get_by_role("button", name="Download CSV").tap()
    with download.value.path().open(newline="", encoding="utf-8") as file:
        found = {row["file"]: row for row in csv.DictReader(file)}
    assert set(found) == {"seven.png", "phone.jpg", "![](x).png", "'=1+1.png"}
    assert found["seven.png"]["said to be"] == "7"
    assert found["![](x).png"]["problem"].startswith("Not a supported image.")
    expect(phone.get_by_text("what changes the prediction")).to_be_visible(timeout=WORK_MS)
    assert "Traceback" not in (predicting.home / "server.log").read_text()
