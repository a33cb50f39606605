"""The Errors page: numbers, what stands in the address, decisions, and every kind of run that it has to stand."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import runs
from core.datasets import decisions, store
from core.datasets.decisions import EXCLUDE
from core.datasets.sources import catalogue
from core.datasets.store import About, Dataset
from core.recipes.recipe import Recipe, find_recipe
from core.runs import Run, folders
from pages.common.hand_over import HandOver
from tests.pages.opening import said, show
from tests.paths import PROJECT
from tests.unit.made_runs import unsigned

VIEWS = ("", "classes", "calibration", "label-errors", "map")


def answers(labels: np.ndarray, classes: int, wrong: int) -> np.ndarray:
    """Return probabilities, float32 `(n, classes)`, that are right but for the first `wrong` images."""
    predicted = labels.astype(int)
    predicted[:wrong] = (predicted[:wrong] + 1) % classes
    probabilities = np.full((len(labels), classes), 0.18 / max(classes - 1, 1), np.float32)
    probabilities[np.arange(len(labels)), predicted] = 0.82
    return probabilities


def evaluated(run: Run, dataset: Dataset, given: dict[str, np.ndarray], state: str = runs.FINISHED) -> Run:
    """Write a run's predictions: those given by part, with the part's images from the start of its split."""
    arrays: dict[str, np.ndarray] = {}
    for part, probabilities in given.items():
        ids = dataset.select("train" if part == "validation" else "test")[: len(probabilities)]
        arrays |= {f"{part}_ids": ids, f"{part}_labels": dataset.labels[ids], f"{part}_probabilities": probabilities}
    np.savez(run.folder / "evaluation.npz", **arrays)  # type: ignore[arg-type]
    run.write_status(runs.Status(state, 0.0, epochs=3, epoch=3, fraction=1.0, ended=9.0))
    return run


def digits_run(wrong: int = 7, recipe: Recipe | None = None) -> Run:
    """Make a run on the digits with that many errors on 360 test images, and on 50 of validation."""
    digits = catalogue.open_dataset("digits")
    labels = {"validation": digits.labels[digits.select("train")[:50]], "test": digits.labels[digits.select("test")]}
    run = runs.create(recipe or find_recipe("digits-cnn"), "digits")
    return evaluated(run, digits, {part: answers(each, 10, wrong) for part, each in labels.items()})


def address(app: AppTest) -> dict[str, list[str]]:
    parameters = {name: value if isinstance(value, list) else [value] for name, value in app.query_params.items()}
    return {name: texts for name, texts in parameters.items() if name != "run"}


def test_numbers_are_shown_for_both_parts(app: AppTest) -> None:
    show(app, "errors", run=digits_run().name)
    accuracy, wrong, loss = app.metric
    assert (accuracy.value, accuracy.delta) == ("98.06%", "95% CI 96.04% to 99.05%")
    assert (wrong.value, loss.label) == ("7 of 360", "Test loss")
    assert "All 7 errors**, highest loss first" in said(app)
    app.button_group(key="part").set_value("validation").run()
    assert app.metric[1].value == "7 of 50"
    assert address(app) == {"part": ["validation"]}


def test_what_is_chosen_stands_in_the_address_and_the_other_way_round(app: AppTest) -> None:
    run = digits_run()
    show(
        app,
        "errors",
        run=run.name,
        true="3",
        predicted="3",
        show="right",
        sort="margin",
        cells="shares",
        per="24",
        page="2",
    )
    assert "3 classified correctly: 3" in said(app)
    assert "smallest margin" in said(app)
    chosen = {"true": ["3"], "show": ["right"], "sort": ["margin"], "cells": ["shares"], "per": ["24"], "page": ["2"]}
    assert address(app) == chosen | {"predicted": ["3"]}
    app.selectbox(key="errors_predicted_digits_10").set_value(None).run()
    app.button_group(key="errors_outcome").set_value("all").run()
    del chosen["page"]  # Another choice begins at the first page.
    assert address(app) == chosen | {"show": ["all"]}


def test_a_confused_pair_in_words_leads_to_its_images(app: AppTest) -> None:
    digits = catalogue.open_dataset("digits")
    run = digits_run()
    first = digits.labels[digits.select("test")[0]]
    show(app, "errors", run=run.name)
    pair = app.button(key=f"confused_{first}_{(first + 1) % 10}")
    assert f"{first} predicted as {(first + 1) % 10}" in pair.label
    pair.click().run()
    assert f"{first} predicted as {(first + 1) % 10}: " in said(app)
    assert address(app) == {"true": [str(first)], "predicted": [str((first + 1) % 10)], "show": ["all"]}


def test_a_range_of_confidence_is_shown_and_taken_away(app: AppTest) -> None:
    show(app, "errors", run=digits_run().name, confidence="0.8-0.9", show="all")
    assert "All 360 images" in said(app)
    app.button(key="errors_any_confidence").click().run()
    assert address(app) == {"show": ["all"]}
    show(app, "errors", confidence="0.1-0.2")
    assert "No image is like that" in said(app)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("part", "train"),
        ("view", "x"),
        ("show", "<b>"),
        ("sort", "-"),
        ("true", "10"),
        ("predicted", "![](x)"),
        ("confidence", "9-1"),
        ("confidence", "0.1"),
        ("cells", "x"),
        ("page", "-1"),
        ("picture", "99999999"),
        ("run", "../x"),
    ],
)
def test_nonsense_in_the_address_shows_all_errors(app: AppTest, parameter: str, value: str) -> None:
    digits_run()
    show(app, "errors", **{parameter: value})
    assert not app.error
    assert "All 7 errors" in said(app)


def test_an_image_is_opened_by_the_address_with_its_answer_and_decided_on(app: AppTest) -> None:
    digits = catalogue.open_dataset("digits")
    ids = digits.select("test")
    show(app, "errors", run=digits_run().name, picture=str(ids[0]))
    assert f"image {ids[0]:,} · 8×8 pixels, gray" in said(app)
    assert "82.0%" in said(app)
    app.button(key=EXCLUDE).click().run()
    assert decisions.current(digits)[int(ids[0])].decision == EXCLUDE
    app.button(key="enlarged_Next").click().run()
    assert not app.exception
    assert "Nothing decided" in said(app)


def test_an_opened_image_leads_to_those_of_its_class(app: AppTest) -> None:
    digits = catalogue.open_dataset("digits")
    ids = digits.select("test")[:60]
    run = digits_run(wrong=60)
    first = next(index for index in ids if (digits.labels[ids] == digits.labels[index]).sum() > 1)
    alike = ids[digits.labels[ids] == digits.labels[first]]
    show(app, "errors", run=run.name, picture=str(alike[0]))
    assert app.button(key="enlarged_Earlier").disabled
    app.button(key="enlarged_Later").click().run()
    assert f"image {alike[1]:,} ·" in said(app)
    assert address(app)["picture"] == [str(alike[1])]


def test_decisions_on_what_was_learned_from_offer_to_train_again(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    digits = catalogue.open_dataset("digits")
    run = digits_run(recipe=find_recipe("digits-cnn").with_settings({"split.decisions": "ignore", "fit.epochs": 2}))
    decisions.decide(digits, [int(digits.select("test")[0])], EXCLUDE)
    app.session_state["errors_decisions"] = True
    show(app, "errors", run=run.name)
    assert "Retrain on cleaned data" not in [each.label for each in app.button], "test images stay"
    decisions.decide(digits, [int(digits.select("train")[3])], EXCLUDE)
    app.run()
    (again,) = [each for each in app.button if each.label == "Retrain on cleaned data"]
    went: list[str] = []
    monkeypatch.setattr("streamlit.switch_page", lambda page, **_parameters: went.append(page))
    again.click().run()
    assert went == ["pages/train/page.py"]
    recipe = run.recipe.with_settings({"split.decisions": "apply"})
    assert app.session_state["handed_over"] == HandOver(recipe, pair_of=run.name)


def test_a_gallery_is_at_the_same_page_again_after_that_of_another_page(app: AppTest) -> None:
    run = digits_run(wrong=60)
    show(app, "browse", dataset="digits", page="4")
    app.query_params.clear()
    show(app, "errors", run=run.name, per="24", page="2")
    for page, left in (("browse", "4"), ("errors", "2")):
        app.query_params.clear()
        show(app, page)
        assert address(app)["page"] == [left]


def test_the_choice_on_browse_and_that_on_errors_are_kept_apart(app: AppTest) -> None:
    run = digits_run()
    show(app, "browse", dataset="digits", split="train", sort="-sharpness", view="overview")
    app.query_params.clear()
    show(app, "home")
    show(app, "errors", run=run.name, sort="margin")
    assert address(app) == {"sort": ["margin"]}
    app.query_params.clear()
    show(app, "home")
    show(app, "browse")
    assert {"split": ["train"], "sort": ["-sharpness"], "view": ["overview"]}.items() <= address(app).items()


@pytest.mark.parametrize("view", VIEWS)
class TestStands:
    """Every view stands every kind of run."""

    def test_one_without_validation(self, app: AppTest, view: str) -> None:
        digits = catalogue.open_dataset("digits")
        run = runs.create(find_recipe("digits-cnn"), "digits")
        labels = digits.labels[digits.select("test")]
        show(
            app,
            "errors",
            run=evaluated(run, digits, {"test": answers(labels, 10, 7)}).name,
            part="validation",
            view=view,
        )
        assert not app.error
        assert "this run has no separate validation set" in said(app)
        assert app.metric[1].value == "7 of 360"

    @pytest.mark.parametrize("change", ["gone", "changed"])
    def test_one_whose_data_set_is_gone_or_has_changed(self, app: AppTest, view: str, change: str) -> None:
        run = digits_run()
        about = unsigned(run.folder / "dataset.json")
        old, new = {"gone": ('"digits"', '"vanished"'), "changed": ('_hash": "', '_hash": "0')}[change]
        (run.folder / "dataset.json").write_text(about.replace(old, new))
        show(app, "errors", run=run.name, view=view)
        assert not app.error
        assert app.metric[0].value == "98.06%"
        if view in ("classes", "calibration"):
            assert not app.warning
        else:
            (warning,) = app.warning
            assert {"gone": "is not on this machine any more", "changed": "has changed"}[change] in warning.value
            assert "The numbers, the matrix, Classes and Calibration are still true" in warning.value
        if not view:
            assert "Most frequent confusions" in said(app)

    def test_one_without_an_error(self, app: AppTest, view: str) -> None:
        show(app, "errors", run=digits_run(wrong=0).name, view=view)
        assert not app.error
        assert app.metric[0].value == "100.00%"
        if not view:
            assert "No errors at all" in said(app)

    def test_one_of_two_classes_one_of_which_is_never_predicted(self, app: AppTest, view: str) -> None:
        about = About("pets", "Pets", "", "", ("cat", "![](http://x/y)"), (4, 4, 3))
        arrays: dict[str, np.ndarray] = {
            "pictures": np.arange(20 * 48, dtype=np.uint8).reshape(20, 4, 4, 3),
            "labels": np.arange(20, dtype=np.int16) % 2,
            "splits": np.repeat(np.array([0, 1], np.uint8), 10),
        }
        pets = store.write(about, arrays)
        always_cats = np.tile(np.array([[0.7, 0.3]], np.float32), (10, 1))
        run = evaluated(
            runs.create(find_recipe("digits-cnn"), "pets"), pets, {"validation": always_cats, "test": always_cats}
        )
        show(app, "errors", run=run.name, view=view)
        assert not app.error
        assert app.metric[1].value == "5 of 10"
        if not view:
            labels = [each.label for each in app.button]
            assert "\\!\\[\\]\\(http\\:\u2060//x/y\\) predicted as cat: 5 times · 100.0%" in labels

    @pytest.mark.parametrize("diverged", [False, True])
    def test_one_that_was_stopped_after_its_first_batch(self, app: AppTest, view: str, diverged: bool) -> None:
        digits = catalogue.open_dataset("digits")
        run = runs.create(find_recipe("digits-cnn"), "digits")
        one_class = np.full((50, 10), np.nan if diverged else 0.05, np.float32)
        if not diverged:
            one_class[:, 4] = 0.55
        show(
            app,
            "errors",
            run=evaluated(run, digits, {"validation": one_class, "test": one_class}, runs.STOPPED).name,
            view=view,
        )
        assert ("diverged" in said(app) + "".join(each.value for each in app.warning)) == diverged
        assert len(app.error) == (diverged and view == "calibration")


def test_predictions_that_are_torn_are_said(app: AppTest) -> None:
    run = digits_run()
    (run.folder / "evaluation.npz").write_bytes(b"PK")
    show(app, "errors", run=run.name)
    assert "cannot be read" in app.error[0].value


def test_a_run_that_is_renamed_meanwhile_stays_chosen(app: AppTest) -> None:
    older, _ = digits_run(), digits_run(recipe=find_recipe("digits-dense"))
    show(app, "errors", run=older.name)
    older.annotate(title="mine")
    app.run()
    choice = app.selectbox(key="run_evaluated")
    assert choice.value == older.name
    assert any(option.startswith("mine · ") for option in choice.options)


def test_a_run_that_has_no_predictions_yet_is_named(app: AppTest) -> None:
    waiting = runs.create(find_recipe("digits-dense"), "digits")
    show(app, "errors", run=digits_run().name)
    assert not app.info
    show(app, "errors", run=waiting.name)
    assert f"“{waiting.title.replace(':', chr(92) + ':')}" in app.info[0].value
    assert "All 7 errors" in said(app)


def test_sixty_thousand_predictions_are_shown_a_page_at_a_time(app: AppTest, data_home: Path) -> None:
    rng = np.random.default_rng(0)
    about = About("many", "Many", "", "", ("a", "b", "c"), (2, 2, 1))
    labels = rng.integers(0, 3, 60_010).astype(np.int16)
    splits = np.array([0] * 10 + [1] * 60_000, np.uint8)
    images = np.zeros((60_010, 2, 2, 1), np.uint8)
    many = store.write(about, {"pictures": images, "labels": labels, "splits": splits})
    found = rng.dirichlet(np.ones(3), 60_000).astype(np.float32)
    run = evaluated(runs.create(find_recipe("digits-cnn"), "many"), many, {"validation": found[:3], "test": found})
    show(app, "errors", run=run.name, show="all", sort="margin", page="625")
    assert "All 60,000 images" in said(app)
    assert address(app) == {"show": ["all"], "sort": ["margin"], "page": ["625"]}


@pytest.fixture
def with_shipped(monkeypatch: pytest.MonkeyPatch) -> Run:
    """The run that comes with Pixelwise, whose dataset is not on this machine."""
    monkeypatch.setattr(folders, "SHIPPED", PROJECT / "models")
    (run,) = runs.shipped()
    return run


@pytest.mark.parametrize("view", ["Images", "Classes", "Calibration", "Label errors", "Map"])
def test_the_run_that_comes_with_pixelwise_can_be_looked_into_on_a_fresh_machine(
    app: AppTest, with_shipped: Run, view: str
) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in with_shipped.folder.iterdir()}
    show(app, "errors")
    app.button_group(key="errors_view").set_value(view).run()
    assert not app.exception
    app.session_state["errors_curves"] = True
    app.run()
    assert not app.exception
    assert "Solid: validation. Dotted: training" in said(app)
    text = said(app) + " ".join(str(each.value) for each in app.warning)
    assert "No run of yours has finished yet" in text
    assert "98.60%" in " ".join(str(each.value) for each in app.metric)
    if view in ("Images", "Label errors", "Map"):
        assert "Cats and dogs is not installed" in text
    assert {path.name: path.stat().st_mtime_ns for path in with_shipped.folder.iterdir()} == before


def test_the_images_of_a_shipped_run_are_found_under_another_name(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = digits_run()
    (run.folder / "dataset.json").write_text(replace(run.about, name="cats-vs-dogs").to_json())
    monkeypatch.setattr(folders, "SHIPPED", tmp_path / "models")
    shutil.move(run.folder, tmp_path / "models" / "digits")
    show(app, "errors")
    assert not app.warning
    assert "7 of 360" in " ".join(str(each.value) for each in app.metric)
