"""The Runs page: every run, what is chosen, what can be done with it, and what cannot."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core import runs
from core.recipes.recipe import find_recipe
from core.runs import Run
from tests.pages.opening import said, show
from tests.unit.made_runs import made_run, unsigned, write_metrics
from tests.unit.runs.test_runs import own_process


def open_runs(app: AppTest, *chosen: Run) -> AppTest:
    app.switch_page("pages/runs/page.py")
    app.query_params["run"] = [run.name for run in chosen]
    app.run()
    assert not app.exception, [each.value for each in app.exception]
    return app


def words(app: AppTest) -> str:
    """Return what the page says, without what keeps texts from being read as Markdown."""
    return said(app).replace("\\", "")


def press(app: AppTest, label: str) -> None:
    """Press the button of a label; the page must show no exception."""
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception, [each.value for each in app.exception]


def test_one_run_shows_its_curves_and_everything_to_take_away(app: AppTest) -> None:
    made_run(range(20), title="Mine")
    show(app, "runs")
    assert "**Mine**" in said(app)
    assert "Export" in said(app)
    assert "Differences" not in said(app)
    labels = [button.label for button in app.button]
    assert "Duplicate and change" in labels
    assert "Create" in labels, "TensorBoard's logs"
    assert not app.error


def test_two_runs_are_compared_in_words(app: AppTest) -> None:
    before = made_run(range(40))
    after = made_run(range(10), recipe=find_recipe("digits-cnn").with_settings({"optimiser.learning_rate": 0.01}))
    open_runs(app, after, before)
    assert "Differences" in said(app)
    assert "Significantly better: 30 fixed and 0 broken of 360 images" in words(app)
    assert [metric.value for metric in app.metric][:3] == ["88.89%", "97.22%", "+8.33"]
    app.button_group(key="runs_part").set_value("validation").run()
    assert not app.exception
    assert "No change: both runs are right and wrong on the same images" in words(app)


def test_three_runs_lead_to_two(app: AppTest) -> None:
    open_runs(app, *(made_run() for _ in range(3)))
    assert "Select exactly two runs" in said(app)
    assert "No differences: same recipe, same data." in said(app)


def test_runs_on_other_images_are_refused_in_words(app: AppTest) -> None:
    before, after = made_run(), made_run()
    about = unsigned(after.folder / "dataset.json")
    (after.folder / "dataset.json").write_text(about.replace('"content_hash": "', '"content_hash": "0'))
    open_runs(app, before, after)
    assert "cannot be compared image by image" in app.error[0].value.replace("\\", "")


def test_a_run_made_beside_another_is_shown_beside_it(app: AppTest) -> None:
    before = made_run(title="First")
    after = made_run(title="Second")
    after.write_about_run(replace(after.about_run, pair_of=before.name))
    show(app, "runs")
    assert "**2 runs**" in said(app)
    assert "Before: First" in [metric.label for metric in app.metric]


def test_a_run_is_renamed_noted_deleted_and_brought_back(app: AppTest) -> None:
    run = made_run()
    show(app, "runs")
    app.text_input[0].set_value("A *better* name")
    app.text_area[0].set_value("because")
    press(app, "Save")
    assert (run.about_run.title, run.about_run.note) == ("A *better* name", "because")
    assert r"**A \*better\* name**" in said(app)
    press(app, "Delete")
    assert runs.all_runs() == []
    assert "No runs yet" in said(app)
    press(app, "Undo")
    assert runs.all_runs() == [run]
    assert r"**A \*better\* name**" in said(app)


def test_try_again_hands_the_recipe_to_train(app: AppTest) -> None:
    made_run()
    show(app, "runs")
    press(app, "Duplicate and change")
    assert app.title[0].value == "Train"


@pytest.mark.parametrize("state", [runs.FAILED, runs.INTERRUPTED, runs.PAUSED, runs.STOPPED])
def test_a_run_that_ended_early_says_why_and_can_be_resumed(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    run = made_run()
    run.write_status(replace(run.status(), state=state, cause="The disk was *full*."))
    resumed: list[str] = []
    monkeypatch.setattr(Run, "resume", lambda each: resumed.append(each.name))
    show(app, "runs")
    assert r"The disk was \*full\*" in app.error[0].value
    press(app, "Resume")
    assert resumed == [run.name]


def test_how_a_run_ended_otherwise_is_said(app: AppTest) -> None:
    run = made_run()
    run.write_status(replace(run.status(), remark="Stopped early after epoch 3."))
    show(app, "runs")
    assert "Stopped early after epoch 3." in words(app)


def test_a_run_that_goes_on_is_not_deleted(app: AppTest) -> None:
    run = runs.create(find_recipe("digits-cnn"))
    pid, began = own_process()
    run.write_status(replace(run.status(), state=runs.RUNNING, pid=pid, pid_started=began, epochs=30))
    show(app, "runs")
    assert "Curves appear after the first epoch." in said(app)
    assert next(button for button in app.button if button.label == "Delete").disabled
    write_metrics(run, 2)
    app.run()
    assert "Curves appear" not in said(app)


def test_damaged_runs_do_not_hide_the_others(app: AppTest) -> None:
    damaged, whole = made_run(), made_run(title="Whole")
    (damaged.folder / "dataset.json").write_text("{")
    open_runs(app, damaged, whole)
    assert "is damaged" in app.error[0].value
    assert "Export" in said(app), "the other one is shown"
    (whole.folder / "recipe.json").write_text("{")
    open_runs(app, whole)
    assert "recipe.json cannot be read as JSON" in words(app)
    press(app, "Delete")
    assert runs.all_runs() == [damaged]
