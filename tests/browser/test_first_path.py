"""What a person does the first time: browse the digits, train on them, look at the errors, predict."""

import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from core.runs import RUNNING, Run
from tests.browser.conftest import PATIENCE_MS, WORK_MS
from tests.browser.server import UNWARMED, Server, running_server
from tests.browser.settled import image_is_open, settle
from tests.paths import DATA

PAGES = {"": "Pixelwise", "browse": "Browse", "train": "Train", "errors": "Errors", "predict": "Predict"}


def test_browse_train_errors_predict(page: Page, server: Server) -> None:
    asked: set[str | None] = set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).hostname))
    page.goto(server.address)
    expect(page.get_by_role("heading", name="Pixelwise")).to_be_visible()
    page.get_by_role("button", name="Browse the digits dataset").click()
    browse(page)

    page.get_by_role("link", name="Train").first.click()
    expect(page.get_by_text("No runs yet")).to_be_visible()
    train(page, server)
    see_errors(page)
    train_on_the_cleaned_set(page)
    predict(page)

    assert asked <= {"localhost", None}, "nothing may be asked of another machine"
    assert not maps_tensorflow(psutil.Process(server.pid)), "the server must never load TensorFlow"
    assert "Traceback" not in (server.home / "server.log").read_text()


def browse(page: Page) -> None:
    expect(page.get_by_text("1,797 images")).to_be_visible()
    expect(page.locator(".st-key-gallery img")).to_have_count(96)
    page.get_by_role("radio", name="test · 360").click()
    page.get_by_role("button", name="7 · 36", exact=True).click()
    expect(page.get_by_text("36 images")).to_be_visible()
    expect(page.locator(".st-key-gallery img")).to_have_count(36)
    labels = page.locator(".st-key-gallery img").evaluate_all("all => all.map(each => each.alt[0])")
    assert set(labels) == {"7"}
    page.locator(".st-key-gallery .grid button").first.click()
    expect(page.get_by_role("dialog").get_by_text("8×8 pixels, gray")).to_be_visible()
    page.keyboard.press("Escape")


def train(page: Page, server: Server) -> None:
    page.locator(".st-key-recipe").click()
    page.get_by_role("option", name="Digits: convolutional network").click()
    page.get_by_role("spinbutton", name="Epochs").fill("15")
    page.get_by_role("spinbutton", name="Epochs").press("Enter")
    page.get_by_role("button", name="Train", exact=True).click()
    # The curve grows while the network trains, without a touch of the page.
    expect(page.get_by_test_id("stMain").get_by_role("button", name="Stop")).to_be_visible()
    growing = page.locator("[class*=st-key-curves_] canvas").nth(1)
    expect(growing).to_have_attribute("data-epochs", re.compile("[1-9]"), timeout=WORK_MS)
    expect(growing).to_have_attribute("aria-label", re.compile(r"^Accuracy .* per epoch: [\d.]+% at epoch [1-9]"))
    growing.hover()
    expect(page.locator("[class*=st-key-curves_] .tip").nth(1)).to_contain_text("Training (current batch): ")
    # Another tab shows the same run; this one is reloaded.
    second = page.context.new_page()
    second.goto(f"{server.address}/train")
    expect(second.get_by_role("combobox", name="Run")).to_have_value(re.compile("^Digits: convolutional network · "))
    second.close()
    page.reload()
    expect(page.get_by_text("finished")).to_be_visible(timeout=WORK_MS)
    # What grew is drawn on, whole.
    expect(growing).to_have_attribute("data-epochs", "15")
    expect(growing).to_have_attribute("aria-label", re.compile(r"^Accuracy .* per epoch: [\d.]+% at epoch 15"))
    (status,) = [json.loads(path.read_text()) for path in server.home.glob("runs/*/status.json")]
    assert status["state"] == "finished"
    assert status["result"]["test_accuracy"] > 0.8


def see_errors(page: Page) -> None:
    page.get_by_role("link", name="View errors").click()
    expect(page.get_by_text("Confusion matrix", exact=True)).to_be_visible()
    shown = page.get_by_test_id("stMetric").filter(has_text="Errors").get_by_test_id("stMetricValue").inner_text()
    wrong = int(shown.split()[0])
    expect(page.get_by_text(f"All {wrong} errors")).to_be_visible()
    expect(page.locator(".st-key-gallery img")).to_have_count(min(wrong, 96))


def train_on_the_cleaned_set(page: Page) -> None:
    page.get_by_role("radio", name="validation").click()
    page.locator(".st-key-confusion th.row button").nth(8).click()
    expect(page.get_by_text(re.compile(r"^8: \d+ images"))).to_be_visible()
    settle(page, PATIENCE_MS)  # The images before them stand there until theirs do.
    page.locator(".st-key-gallery .grid button").first.click()
    image_is_open(page)
    page.keyboard.press("x")
    expect(page.get_by_role("dialog").get_by_text("excluded")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("dialog").get_by_text("Nothing decided")).to_be_visible()
    page.keyboard.press("l")
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_text("relabeled to 4")).to_be_visible()
    page.keyboard.press("u")  # A command again, not text.
    expect(page.get_by_role("dialog").get_by_text("Decided: unsure")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_text("Decisions, images a page").click()
    # By key: a click is lost while the expander opens, for what is in it moves.
    page.get_by_role("button", name="Retrain on cleaned data").press("Enter")
    expect(page.get_by_text("Will be compared with")).to_be_visible()
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_test_id("stMain").get_by_role("button", name="Stop")).to_be_visible()
    compare = page.get_by_role("link", name="Compare runs")
    expect(compare).to_be_visible(timeout=WORK_MS)
    # A click is lost while the ended run is drawn anew.
    settle(page, PATIENCE_MS)
    compare.click()
    expect(page.get_by_text("1 excluded")).to_be_visible()
    expect(page.get_by_text("p-value (McNemar)")).to_be_visible()
    expect(page.get_by_role("radio", name=re.compile("^Fixed · "))).to_be_visible()


def predict(page: Page) -> None:
    page.get_by_role("link", name="Predict").first.click()
    pad = page.locator(".st-key-pad canvas")
    settle(page, PATIENCE_MS)
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    # A one: a stroke from top to bottom.
    page.mouse.move(box["x"] + 140, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 240, steps=12)
    page.mouse.up()
    expect(page.get_by_role("heading", name=re.compile(r"1 · \d+"))).to_be_visible(timeout=WORK_MS)
    expect(page.get_by_text("Network input: 8×8 px, grayscale.")).to_be_visible()


def maps_tensorflow(process: psutil.Process) -> bool:
    return any("tensorflow" in each.path for each in process.memory_maps())


NOTE_WHAT_COVERS = """
    window.covered = [];
    new MutationObserver(() => {
        const over = document.querySelector("[role=dialog], [data-testid=stSidebarNav]");
        if (over) covered.push(over.innerText);
    }).observe(document, { childList: true, subtree: true });
"""


@pytest.mark.parametrize("address", PAGES)
def test_each_address_opened_first_on_a_fresh_server(browser: Browser, tmp_path: Path, address: str) -> None:
    with running_server(tmp_path, UNWARMED) as server:
        context = browser.new_context()
        opened = context.new_page()
        opened.add_init_script(NOTE_WHAT_COVERS)
        opened.goto(f"{server.address}/{address}?dataset=digits")
        expect(opened.get_by_role("heading", name=PAGES[address], exact=True)).to_be_visible(timeout=30_000)
        expect(opened.get_by_role("link", name="Predict", exact=True)).to_be_visible()
        assert opened.evaluate("covered") == []  # Streamlit's "Page not found", or its own list of pages.
        context.close()


def test_a_bad_upload_is_answered_with_a_sentence_and_the_others_are_predicted(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/predict")
    page.get_by_role("radio", name="Upload").click()
    seven = (DATA / "seven.png").read_bytes()
    files: list[FilePayload] = [
        {"name": "![](x).png", "mimeType": "image/png", "buffer": b"no image"},
        {"name": "seven.png", "mimeType": "image/png", "buffer": seven},
    ]
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(files)
    expect(page.get_by_text("![](x).png: Not a supported image.")).to_be_visible()
    expect(page.get_by_text(re.compile("^Network input: "))).to_be_visible(timeout=WORK_MS)


def test_training_survives_a_killed_server_and_the_worker_does_not(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    with running_server(tmp_path) as first:
        page.goto(f"{first.address}/train?recipe=digits-dense")
        page.get_by_role("spinbutton", name="Epochs").fill("1000")
        page.get_by_role("button", name="Train", exact=True).click()
        expect(page.get_by_text("running")).to_be_visible()
        server = psutil.Process(first.pid)
        (run,) = [Run(path.parent) for path in tmp_path.glob("runs/*/status.json")]
        trainer = run.status().pid
        wait_until(lambda: len(others(server, trainer)) > 0)  # The worker, in the background.
        workers = others(server, trainer)
        server.kill()
    wait_until(lambda: not any(lives(worker) for worker in workers))
    assert run.status().state == RUNNING
    wait_until(lambda: run.status().fraction > 0)  # From here on there is something to keep.
    with running_server(tmp_path) as second:
        page.goto(f"{second.address}/train")
        expect(page.get_by_role("combobox", name="Run")).to_have_value(re.compile(f"^{re.escape(run.title)} · "))
        page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()
        expect(page.get_by_text("stopped")).to_be_visible()
        expect(page.get_by_role("link", name="View errors")).to_be_visible()
    context.close()


def others(server: psutil.Process, trainer: int | None) -> list[psutil.Process]:
    """Return the server's child processes that are not the trainer."""
    return [child for child in server.children(recursive=True) if child.pid != trainer]


def lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def wait_until(reached: Callable[[], bool], seconds: float = PATIENCE_MS / 1000) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)
