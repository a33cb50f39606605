"""Every button that downloads something: it is clicked, and what comes is opened."""

import ast
import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.datasets.sources import importing
from core.recipes.recipe import Recipe
from core.runs import Run
from tests.browser.server import Server
from tests.paths import PROJECT
from tests.unit.datasets.test_importing import pets, zipped
from tests.unit.made_runs import made_run

# Where the app downloads something, and the tests that click it.
CLICKED = {
    "pages/datasets/page.py": "test_the_refused_files_of_an_import_come_as_csv",
    "pages/common/decisions.py": "test_browse",
    "pages/preprocess/whole_dataset.py": "test_preprocess",
    "pages/predict/photo_list.py": "test_predict",
    "pages/runs/downloads.py": "test_everything_that_a_run_leaves_comes",
    "pages/train/recipe_text.py": "test_a_recipe_comes",
}
MADE = {"keras.zip": b"network", "litert.zip": b"for phones", "tensorboard.zip": b"curves"}


def test_every_button_that_downloads_is_clicked_here_or_there() -> None:
    found = [
        str(path.relative_to(PROJECT))
        for path in sorted((PROJECT / "pages").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "download_button"
    ]
    assert found == sorted(CLICKED)


@pytest.fixture
def run(server: Server, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("PIXELWISE_HOME", str(server.home))
    made = made_run(range(5))
    (made.folder / "exports").mkdir()
    (made.folder / "model.keras").write_bytes(b"as it was trained")
    for name, data in MADE.items():
        (made.folder / "exports" / name).write_bytes(data)
    return made


def test_everything_that_a_run_leaves_comes(page: Page, server: Server, run: Run) -> None:
    page.goto(f"{server.address}/runs?run={run.name}")
    expect(page.get_by_role("heading", name="Export")).to_be_visible()
    buttons = page.get_by_role("button", name="Download", exact=True)
    expect(buttons).to_have_count(6)
    came: dict[str, bytes] = {}
    for number in range(6):
        with page.expect_download() as download:
            buttons.nth(number).click()
        came[download.value.suggested_filename] = download.value.path().read_bytes()
    with zipfile.ZipFile(io.BytesIO(came[f"{run.name}.zip"])) as archive:
        assert archive.testzip() is None
        assert archive.read(f"{run.name}/recipe.json") == (run.folder / "recipe.json").read_bytes()
    assert Recipe.from_json(json.loads(came[f"{run.name}.json"])) == run.recipe
    ast.parse(came[f"{run.name}.py"])
    assert {name: came[f"{run.name}-{name}"] for name in MADE} == MADE


def test_a_recipe_comes(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/train?dataset=digits&recipe=digits-cnn")
    page.get_by_role("radio", name="JSON").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download recipe.json").click()
    assert json.loads(download.value.path().read_bytes())["name"] == "digits-cnn"


def test_the_refused_files_of_an_import_come_as_csv(
    page: Page, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIXELWISE_HOME", str(server.home))
    path = zipped(tmp_path / "pets.zip", {**pets(), "pets/cat/broken.png": b"no image"})
    importing.import_images(importing.plan(path), name="mine", title="Mine")
    page.goto(f"{server.address}/datasets")
    page.get_by_role("button", name="Import report").click()
    with page.expect_download() as download:
        page.get_by_role("dialog").get_by_test_id("stDownloadButton").get_by_role("button").click()
    with download.value.path().open(newline="", encoding="utf-8") as file:
        assert [row["file"] for row in csv.DictReader(file)] == ["pets/cat/broken.png"]
