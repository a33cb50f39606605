"""The audit as it is used: a leak by exact and by near copies is mended with one click, and the page shows it."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance
from playwright.sync_api import Page, expect

from core.datasets import decisions, store
from core.datasets.audit import report
from core.datasets.sources import importing
from core.datasets.store import Dataset
from core.recipes.split import Split
from core.training.parts import parts
from tests.browser.server import Server
from tests.unit.datasets.test_audit import photos


def jpeg(image: Image.Image, quality: int = 92) -> bytes:
    data = io.BytesIO()
    image.save(data, "JPEG", quality=quality)
    return data.getvalue()


def plant(folder: Path) -> None:
    """Write photos of unequal sizes in train and test, four of the test exact or near copies of some in train."""
    made = [Image.fromarray(each).resize((90 + 3 * at, 120)) for at, each in enumerate(photos(40, 120))]
    files = {f"train/{'ab'[at % 2]}/{at:02}.jpg": jpeg(image) for at, image in enumerate(made[:28])}
    files |= {f"test/{'ab'[at % 2]}/{at:02}.jpg": jpeg(image) for at, image in enumerate(made[28:], start=28)}
    files["test/a/exact.jpg"] = files["train/a/02.jpg"]
    files["test/b/resized.jpg"] = jpeg(made[5].resize((70, 80)), 80)
    files["test/a/brighter.jpg"] = jpeg(ImageEnhance.Brightness(made[8]).enhance(1.15))
    files["test/b/cropped.jpg"] = jpeg(made[11].crop((3, 3, made[11].width - 3, 117)), 70)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def leaks(dataset: Dataset) -> int:
    """Return how many groups of copies are both in what trains or validates and in what tests."""
    divided = parts(dataset, Split(), decisions.decided(dataset))
    learnt, tested = {*divided.train.tolist(), *divided.validation.tolist()}, set(divided.test.tolist())
    found = report.look(dataset).finding("leak")
    assert found
    return sum(bool(learnt & set(group) and tested & set(group)) for group in found.groups)


def test_a_leak_is_mended_with_one_click_and_the_page_shows_it(
    page: Page, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path / "pets")
    monkeypatch.setenv("PIXELWISE_HOME", str(server.home))
    importing.import_images(importing.plan(tmp_path / "pets"), name="leaky", title="Leaky")
    dataset = store.read(server.home / "datasets" / "leaky")
    assert leaks(dataset) == 4

    page.goto(f"{server.address}/browse?dataset=leaky")
    page.get_by_role("radio", name="Audit").click()
    page.get_by_role("button", name="Run audit", exact=True).last.click()
    finding = page.get_by_text("Train/test leakage · problem")
    expect(finding).to_be_visible()
    expect(page.get_by_text("Exclude the 4 copies in train: test images stay as published")).to_be_visible()
    page.get_by_role("button", name="Exclude the 4 copies in train").click()

    expect(page.get_by_text("Train/test leakage · gone")).to_be_visible()
    expect(page.get_by_text("The 4 copies in train are excluded")).to_be_visible()
    assert leaks(dataset) == 0
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_text("no image is in two splits any more")).to_be_visible()

    page.get_by_role("button", name="Take back the 4 copies in train").click()
    expect(finding).to_be_visible()
    assert leaks(dataset) == 4
