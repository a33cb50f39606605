"""Every page, opened through `app.py`: in its empty state, after a change, and with a wrong input."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import runs, saved
from core.augmentation import Augmentation
from core.datasets import catalogue, decisions
from core.evaluation import Predictions
from core.network import Rescaling
from core.preprocessing import Grayscale, Pipeline, Resize
from core.preprocessing.normalisation import SIGNED, Normalisation
from core.preprocessing.presets import Preset, save_preset
from core.recipe import find_recipe
from core.runs import Run
from tests.pages.opening import said, show
from tests.unit.test_runs import own_process

PROJECT = Path(__file__).resolve().parents[2]
PAGES = sorted(path.name for path in (PROJECT / "pages").glob("[!_]*.py"))


def finished_run(name: str = "digits-cnn", wrong: int = 7) -> Run:
    """Make a run whose predictions are right but for `wrong` test pictures, without training one."""
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


def test_the_home_page_says_in_five_lines_what_this_is(app: AppTest) -> None:
    assert app.markdown[0].value.strip().count("\n") == 4
    app.button[0].click().run()
    assert app.title[0].value == "Train"


def test_train_begins_a_run_and_says_when_another_is_ahead(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []

    def start(run: Run) -> None:
        pid, began = own_process()
        started.append(run.name)
        run.write_status(runs.Status(runs.WAITING, len(started), pid=pid, pid_started=began, epochs=30))

    monkeypatch.setattr(Run, "start", start)
    show(app, "train.py", recipe="digits-dense")
    app.number_input(key="epochs_digits-dense").set_value(3)
    app.button[0].click().run()
    assert not app.exception
    (first,) = runs.all_runs()
    assert (first.recipe.fit.epochs, first.recipe.name) == (3, "digits-dense")
    app.button[0].click().run()
    assert "One run trains at a time" in said(app)
    app.button(key="stop").click().run()
    assert not app.exception
    assert runs.find(started[1]).stop_file.exists()


def test_train_uses_what_was_saved_and_heeds_decisions(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Run, "start", lambda _run: None)
    save_preset("Tiny", Preset(Pipeline((Grayscale(), Resize(width=6, height=5))), Normalisation(SIGNED)))
    saved.save("augmentation", "Turned", Augmentation(rotation_range=20.0).to_json())
    digits = catalogue.open_dataset("digits")
    decisions.decide(digits, [3], decisions.EXCLUDE)
    show(app, "train.py", recipe="digits-cnn", augmentation="Turned")
    app.selectbox(key="train_pipeline").set_value("Tiny")
    app.toggle(key="show_batch").set_value(True).run()
    assert not app.exception
    assert "The network's first batch begins so: 6×5 pixels, gray." in said(app)
    app.button[0].click().run()
    (run,) = runs.all_runs()
    assert run.recipe.steps == Pipeline((Grayscale(), Resize(width=6, height=5)))
    assert run.recipe.network.layers[0] == Rescaling(scale=1 / 127.5, offset=-1.0)
    assert run.recipe.augmentation == Augmentation(rotation_range=20.0)
    assert run.decided == decisions.Decided(excluded=(3,))
    app.toggle(key="train_decisions").set_value(False).run()
    app.button[0].click().run()
    assert runs.all_runs()[0].decided is None


def test_train_says_what_the_disk_refuses(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    show(app, "train.py")
    monkeypatch.setattr("core.runs._NEEDED_BYTES", 10**18)
    app.button[0].click().run()
    assert not app.exception
    assert "Could not store the run" in app.error[0].value
    assert runs.all_runs() == []


@pytest.mark.parametrize(
    ("state", "cause"),
    [(runs.RUNNING, ""), (runs.FAILED, "There was not enough *memory*."), (runs.STOPPED, ""), (runs.INTERRUPTED, "x")],
)
def test_train_shows_a_run_in_every_state(app: AppTest, state: str, cause: str) -> None:
    run = finished_run()
    run.write_status(runs.Status(state, 0.0, pid=2**22 + 1, pid_started=1.0, cause=cause, epochs=3))
    (run.folder / "metrics.jsonl").write_text('{"kind": "batch", "epoch": 0.5, "loss": null, "accuracy": 0.1}\n{"kind"')
    show(app, "train.py", run=run.name)
    expected = runs.INTERRUPTED if state == runs.RUNNING else state
    assert f": {expected}]" in said(app)
    assert bool(app.error) == (expected in (runs.FAILED, runs.INTERRUPTED))


def test_predict_says_when_a_network_cannot_be_read(app: AppTest) -> None:
    run = finished_run()
    (run.folder / "model.keras").write_bytes(b"torn")
    show(app, "predict.py", run=run.name)
    app.button_group(key="way").set_value("Upload").run()
    picture = (PROJECT / "tests" / "browser" / "seven.png").read_bytes()
    app.file_uploader[0].upload("seven.png", picture, "image/png").run(timeout=90)
    assert not app.exception
    assert "cannot be read" in app.error[0].value


@pytest.mark.parametrize("data", [b"", b"text", b"\x89PNG\r\n\x1a\n" + bytes(30)])
def test_predict_refuses_what_is_no_picture_by_name(app: AppTest, data: bytes) -> None:
    run = finished_run()
    (run.folder / "model.keras").write_bytes(b"never read")
    show(app, "predict.py", run=run.name)
    app.button_group(key="way").set_value("Upload").run()
    app.file_uploader[0].upload("my_cat.png", data, "image/png").run()
    assert not app.exception
    assert app.error[0].value.startswith("my\\_cat\\.png: ")
