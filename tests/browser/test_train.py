"""The Train page in a browser: a network built by clicks and trained, a run paused and resumed, its curves zoomed."""

import re

from playwright.sync_api import Page, expect

from core.networks.layers import BatchNormalization, Conv2D, Flatten, MaxPool2D, Rescaling
from core.runs import PAUSED, Run
from tests.browser.server import Server

PATIENCE_MS = 120_000


def rows(page: Page) -> list[str]:
    found: list[str] = page.locator(".layers .row:not(.head) b").all_inner_texts()
    return found


def row(page: Page, name: str, place: int = 0) -> str:
    return f".layers .row:not(.head):has(b:text-is('{name}')) >> nth={place}"


def runs_of(server: Server) -> list[Run]:
    return [Run(path.parent) for path in sorted(server.home.glob("runs/*/status.json"))]


def test_a_network_is_built_by_clicks_and_trained(page: Page, server: Server) -> None:
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{server.address}/train?recipe=own&view=network")
    layers = page.locator(".layers .row:not(.head)")
    expect(layers).to_have_count(5, timeout=PATIENCE_MS)
    drawing = page.locator("img[alt^='A network']")
    expect(drawing).to_have_attribute("alt", re.compile("Max pooling 4 × 4 × 32, Flatten 512"))

    page.locator(row(page, "Max pooling")).click()
    expect(page.get_by_text("3 · Max pooling")).to_be_visible()
    page.get_by_role("combobox", name="Add a layer").click()
    page.get_by_role("option", name="Batch normalization").click()
    expect(layers).to_have_count(6)
    expect(drawing).to_have_attribute("alt", re.compile("Batch normalization 4 × 4 × 32, Flatten 512"))
    page.get_by_role("button", name="Move Batch normalization up").click()
    expect(layers.nth(2)).to_contain_text("Batch normalization")
    page.locator(row(page, "Batch normalization")).press("Alt+ArrowUp")
    expect(layers.nth(1)).to_contain_text("Batch normalization")
    page.locator(row(page, "Rescaling")).hover()
    page.get_by_role("button", name="Remove Rescaling").click()
    expect(layers).to_have_count(5)
    page.locator(row(page, "Convolution")).click()
    page.get_by_role("spinbutton", name="Filters").fill("8")
    page.get_by_role("spinbutton", name="Filters").press("Enter")
    expect(page.locator(row(page, "Convolution"))).to_contain_text("8 × 8 × 8")
    assert rows(page) == ["Batch normalization", "Convolution", "Max pooling", "Flatten", "Dense"]

    # What was built is there after a reload.
    page.reload()
    expect(page.locator(row(page, "Convolution"))).to_contain_text("8 filters")
    page.get_by_role("spinbutton", name="Epochs").fill("2")
    page.get_by_role("spinbutton", name="Epochs").press("Enter")
    expect(page.get_by_text("fit.epochs: 20 → 2")).to_be_visible()
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("finished")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("It learns: ")).to_be_visible()
    expect(page.get_by_text("First-layer filters after epoch 2")).to_be_visible()
    (run,) = runs_of(server)
    kinds = [type(layer) for layer in run.recipe.network.layers[:-1]]
    assert kinds == [BatchNormalization, Conv2D, MaxPool2D, Flatten]
    assert Rescaling not in kinds


def test_a_run_is_paused_and_resumed_and_its_curves_stay_zoomed_while_they_grow(page: Page, server: Server) -> None:
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{server.address}/train?recipe=digits-cnn")
    page.get_by_role("spinbutton", name="Epochs").fill("400")
    page.get_by_role("spinbutton", name="Epochs").press("Enter")
    expect(page.get_by_text("fit.epochs: 30 → 400")).to_be_visible()
    page.get_by_role("button", name="Train", exact=True).click()
    # Until then, the curves of the run before it are shown.
    expect(page.get_by_role("button", name="Pause")).to_be_visible(timeout=PATIENCE_MS)
    run = runs_of(server)[-1]
    curves = page.locator(f"[class*=st-key-curves_{run.name}]")
    loss = curves.locator("canvas").first
    expect(loss).to_have_attribute("data-epochs", re.compile("[2-9]|[0-9]{2}"), timeout=PATIENCE_MS)
    box = loss.bounding_box()
    assert box
    page.mouse.move(box["x"] + 70, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 100, steps=4)
    page.mouse.up()
    expect(curves.get_by_role("button", name="All epochs")).to_be_visible()
    zoom = curves.locator(".curves").get_attribute("data-zoom")
    drawn = int(loss.get_attribute("data-drawings") or 0)
    page.wait_for_function(
        "([canvas, drawn]) => Number(canvas.dataset.drawings) > drawn + 1", arg=[loss.element_handle(), drawn]
    )
    assert curves.locator(".curves").get_attribute("data-zoom") == zoom

    # Points come by themselves, before the page is drawn the next time.
    page.wait_for_function(
        """canvas => {
            const { live, held } = canvas.getRootNode().querySelector(".curves").charts;
            return live.points.length > 0 && Number(canvas.dataset.newest) > held.charts[0].lines[0].x.at(-1);
        }""",
        arg=loss.element_handle(),
    )

    # Only what is new is sent: a page that is opened again has none of it, and asks for all.
    page.get_by_role("link", name="Runs", exact=True).click()
    expect(loss).to_have_count(0)
    page.get_by_role("link", name="Train", exact=True).click()
    expect(loss).to_have_attribute("data-epochs", re.compile("[2-9]|[0-9]{2}"))
    expect(curves.get_by_role("button", name="All epochs")).to_be_hidden()

    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=PATIENCE_MS)
    assert run.status().state == PAUSED
    reached = run.status().epoch
    assert reached >= 1
    expect(page.get_by_text(f"Resume continues after epoch {reached}")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(loss).to_have_attribute(
        "aria-label", re.compile(f"per epoch: .* at epoch {reached + 1}"), timeout=PATIENCE_MS
    )
    page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()
    expect(page.get_by_role("link", name="View errors")).to_be_visible(timeout=PATIENCE_MS)
