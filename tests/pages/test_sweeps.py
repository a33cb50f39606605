"""A sweep on the Runs page: what came of it, what can be done with it, and one that is damaged."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import runs
from core.runs import Run
from core.sweeps import folders as sweeps
from core.sweeps.driver import Driver, carry_out
from core.sweeps.sweep import Sweep
from tests.pages.opening import said, show
from tests.pages.test_runs import press
from tests.unit.sweeps.made_sweeps import RATE, finish, made_sweep


@pytest.fixture
def nothing_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs end as soon as they are started, and no driver is."""
    monkeypatch.setattr(Run, "start", lambda run: finish(Run(run.folder)))
    monkeypatch.setattr(Sweep, "start", lambda _sweep: None)
    monkeypatch.setattr("core.sweeps.driver.POLL_S", 0.0)


def carry(sweep: Sweep) -> None:
    sweep.write_status(carry_out(Driver(sweep), lambda _doing: None))


def test_a_sweep_is_one_row_to_open(app: AppTest, nothing_trains: None) -> None:
    sweep = made_sweep(f"{RATE}=log:1e-4..1e-1", "fit.batch_size=32,64", trials=11)
    carry(sweep)
    show(app, "runs")
    words = said(app).replace("\\", "")
    assert "Of 11 tried, chosen by validation" in words
    assert "On the test images, measured once" in words
    assert [chart.proto.id.split("-")[-1] for chart in app.get("plotly_chart")] == [
        "sweep_parallel",
        "sweep_importance",
    ]
    press(app, "10 more trials")
    assert sweep.plan.trials == 21
    assert sweep.status().state == "running"
    press(app, "Stop")
    assert sweep.stop_file.exists()
    carry(sweep)
    app.run()
    press(app, "Resume")
    carry(sweep)
    app.run()
    assert "Of 21 tried" in said(app).replace("\\", "")
    press(app, "Delete sweep")
    assert "Deleted “Digits: dense network · sweep”" in said(app).replace("\\", "") and not sweeps.all_sweeps()
    press(app, "Undo")
    assert sweeps.all_sweeps() == [sweep] and "Deleted" not in said(app)
    press(app, "Train the best longer")
    assert app.title[0].value == "Train"
    assert [each.value for each in app.number_input if each.label == "Epochs"] == [6]


def test_of_a_sweep_only_the_best_is_offered_as_a_run(app: AppTest, nothing_trains: None) -> None:
    sweep = made_sweep(f"{RATE}=0.001,0.01,0.1", sampler="grid", trials=3)
    carry(sweep)
    show(app, "errors")
    chosen = app.selectbox(key="run_evaluated")
    assert (chosen.value, len(chosen.options)) == (sweep.run_name(1, 0), 1)
    show(app, "errors", run=sweep.run_name(2, 0))
    chosen = app.selectbox(key="run_evaluated")
    assert (chosen.value, len(chosen.options)) == (sweep.run_name(2, 0), 2)


def test_a_damaged_sweep_is_said_and_deleted(app: AppTest, nothing_trains: None) -> None:
    sweep = made_sweep(repeats=2)
    carry(sweep)
    (sweep.folder / "trials.jsonl").write_text('{"kind": "begun"')
    (sweep.folder / "sweep.json").write_text("[]")
    show(app, "runs")
    assert "is damaged and cannot be read" in " ".join(each.value for each in app.error)
    press(app, "Delete sweep")
    assert not sweeps.all_sweeps()
    assert len(runs.all_runs()) == 2


def test_a_trial_shows_only_its_validation_images(app: AppTest, nothing_trains: None, data_home: Path) -> None:
    sweep = made_sweep(f"{RATE}=0.01,0.02", sampler="grid", trials=2)
    carry(sweep)
    app.query_params["run"] = sweep.run_name(1, 0)
    app.switch_page("pages/runs/page.py").run()
    assert not app.exception
    app.query_params["run"] = [sweep.run_name(0, 0), sweep.run_name(1, 0)]
    app.run()
    assert not app.error
    assert "No change: both runs are right and wrong on the same images (200" in said(app).replace("\\", "")
    app.query_params["run"] = sweep.run_name(1, 0)
    app.run()
    press(app, "Measure on test images")
    assert runs.find(sweep.run_name(1, 0)).status().result["test_accuracy"] > 0


def test_a_sweep_is_planned_and_started_from_forms(app: AppTest, nothing_trains: None) -> None:
    show(app, "train", view="sweep", dataset="digits", recipe="digits-dense")
    (varied,) = [each for each in app.multiselect if each.label == "What varies"]
    assert varied.value == [RATE]
    varied.set_value([RATE, "fit.class_weights"]).run()
    (low,) = [each for each in app.number_input if each.label == "From"]
    (high,) = [each for each in app.number_input if each.label == "To"]
    low.set_value(high.value).run()
    assert "the range" in app.error[0].value
    assert app.button(key="sweep_start").disabled
    (low,) = [each for each in app.number_input if each.label == "From"]
    assert "training" not in app.caption[-1].value
    low.set_value(0.001).run()
    (trials,) = [each for each in app.number_input if each.label == "Trials"]
    trials.set_value(7).run()
    app.button(key="sweep_start").click().run()
    assert not app.exception
    assert not app.error
    (sweep,) = sweeps.all_sweeps()
    assert sweep.plan.trials == 7
    assert sweep.plan.vary == (f"{RATE}=log:0.001..0.01", "fit.class_weights=none,balanced")
    assert "newest sweep" in said(app)
    app.button(key="sweep_stop").click().run()
    assert sweep.stop_file.exists()


def test_a_recipe_is_cross_validated_from_the_form(app: AppTest, nothing_trains: None) -> None:
    show(app, "train", view="sweep", dataset="digits", recipe="digits-dense")
    (varied,) = [each for each in app.multiselect if each.label == "What varies"]
    varied.set_value([]).run()
    (folds,) = [each for each in app.number_input if each.label == "Folds per trial"]
    folds.set_value(3).run()
    press(app, "Train 3 folds")
    (sweep,) = sweeps.all_sweeps()
    carry(sweep)
    show(app, "runs")
    assert "3-fold cross-validation" in said(app).replace("\\", "")


def test_what_keeps_a_sweep_from_starting_is_said_beside_the_button(app: AppTest, nothing_trains: None) -> None:
    def shown() -> tuple[str, bool]:
        button = app.button(key="sweep_start")
        return app.caption[-1].value.replace("\\", ""), button.disabled

    show(app, "train", view="sweep", dataset="digits", recipe="digits-dense")
    (varied,) = [each for each in app.multiselect if each.label == "What varies"]
    varied.set_value(["optimiser.kind"]).run()
    (kinds,) = [each for each in app.multiselect if each.label.startswith("**Kind")]
    assert kinds.label == "**Kind** · Optimizer"
    kinds.set_value([]).run()
    assert shown() == ("Choose values: Kind.", True)
    kinds.set_value(kinds.options[:1]).run()
    assert shown() == ("", True) and "--" not in app.error[0].value.replace("\\", "")
    (folds,) = [each for each in app.number_input if each.label == "Folds per trial"]
    folds.set_value(1).run()
    assert shown() == ("Cross-validation needs at least 2 folds.", True)
    varied.set_value([]).run()
    assert app.button(key="sweep_start").label == "Train 1 fold"
    folds.set_value(0).run()
    assert shown() == ("Choose what varies, or at least 2 seeds or folds.", True)
    varied.set_value([RATE]).run()
    (trials,) = [each for each in app.number_input if each.label == "Trials"]
    trials.set_value(1).run()
    assert shown() == ("1 training", False)
