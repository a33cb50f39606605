"""Every page, opened through `app.py`: in its empty state, after a change, and with a wrong input."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import runs
from core.datasets.sources import catalogue
from core.evaluation.predictions import Predictions
from core.recipes.recipe import find_recipe
from core.runs import Run
from tests.pages.opening import show
from tests.paths import DATA, PROJECT

# The classroom is there only where the app is served: tests/pages/test_sign_in.py.
PAGES = sorted({path.parent.name for path in (PROJECT / "pages").glob("*/page.py")} - {"classroom"})


def finished_run(name: str = "digits-cnn", wrong: int = 7) -> Run:
    """Make a run whose predictions are right but for `wrong` test images, without training one."""
    run = runs.create(find_recipe(name), "digits")
    digits = catalogue.open_dataset("digits")
    arrays: dict[str, np.ndarray] = {}
    for part, ids in (("validation", digits.select("train")[:50]), ("test", digits.select("test"))):
        labels = np.asarray(digits.labels[ids])
        predicted = labels.copy()
        predicted[:wrong] = (predicted[:wrong] + 1) % 10
        probabilities = np.full((len(ids), 10), 0.02, np.float32)
        probabilities[np.arange(len(ids)), predicted] = 0.82
        found = Predictions(ids, labels, probabilities)
        arrays |= {f"{part}_{each}": getattr(found, each) for each in ("ids", "labels", "probabilities")}
    np.savez(run.folder / "evaluation.npz", **arrays)  # type: ignore[arg-type]
    run.write_status(runs.Status(runs.FINISHED, 0.0, epochs=3, epoch=3, fraction=1.0, ended=9.0))
    return run


@pytest.mark.parametrize("name", PAGES)
def test_each_page_opens_on_an_empty_machine_and_says_what_to_do(app: AppTest, name: str) -> None:
    show(app, name)
    assert app.title[0].value
    assert app.caption[0].value
    assert not app.error


@pytest.mark.parametrize("name", PAGES)
def test_each_page_stands_a_wrong_address(app: AppTest, name: str) -> None:
    show(app, name, dataset="../etc", run="nowhere", recipe="x", split="y")
    assert not app.error


def test_predict_says_when_a_network_cannot_be_read(app: AppTest) -> None:
    run = finished_run()
    (run.folder / "model.keras").write_bytes(b"torn")
    show(app, "predict", run=run.name)
    app.button_group(key="way").set_value("Upload").run()
    image = (DATA / "seven.png").read_bytes()
    app.file_uploader[0].upload("seven.png", image, "image/png").run(timeout=90)
    assert not app.exception
    assert "cannot be read" in app.error[0].value


@pytest.mark.parametrize("data", [b"", b"text", b"\x89PNG\r\n\x1a\n" + bytes(30)])
def test_predict_refuses_what_is_no_image_by_name(app: AppTest, data: bytes) -> None:
    run = finished_run()
    (run.folder / "model.keras").write_bytes(b"never read")
    show(app, "predict", run=run.name)
    app.button_group(key="way").set_value("Upload").run()
    app.file_uploader[0].upload("my_cat.png", data, "image/png").run()
    assert not app.exception
    assert app.error[0].value.startswith("my\\_cat\\.png: ")


@pytest.mark.parametrize(
    ("file", "text"), [("recipe.json", "{"), ("status.json", '{"state": "finished", "created": 1e300}')]
)
@pytest.mark.parametrize("name", PAGES)
def test_each_page_stands_a_damaged_run(app: AppTest, name: str, file: str, text: str) -> None:
    runs.create(find_recipe("digits-dense"), "digits")
    run = finished_run()
    (run.folder / "model.keras").touch()
    for each in runs.all_runs():
        (each.folder / file).write_text(text)
    show(app, name)
    assert not app.exception
