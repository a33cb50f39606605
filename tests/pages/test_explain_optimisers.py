"""Explain: the race of optimisers."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.charts.panel import Plot
from core.evaluation import adam_moments, loss_slice
from core.evaluation.adam_moments import AdamMoments
from core.evaluation.loss_slice import LossSlice
from core.lessons.optimiser_steps import KINDS
from core.recipes.recipe import find_recipe
from pages.components.optimiser_race import Ground, Racing
from tests.pages.opening import said, show
from tests.unit.made_runs import made_run


@pytest.fixture
def races(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Ground, Racing]]:
    """What the view has the component show, each time."""
    found: list[tuple[Ground, Racing]] = []

    def component(ground: Ground, chosen: Racing, *_usual: Any, **_more: Any) -> None:
        found.append((ground, chosen))

    monkeypatch.setattr("pages.explain.optimisers.optimiser_race", component)
    return found


def test_it_needs_no_run_and_a_link_says_all(app: AppTest, races: list[Any]) -> None:
    show(app, "explain", view="optimisers")
    assert races[-1][0].name == "ravine"
    assert races[-1][1] == Racing(None, (0.05, 0.9, 0.999, 1e-7), KINDS)
    show(app, "explain", view="optimisers", surface="minima", start="0.5,-1", rates="0.1,0,0.9,0.001", racers="adam")
    assert races[-1][0].name == "minima"
    assert races[-1][1] == Racing((0.5, -1.0), (0.1, 0.0, 0.9, 0.001), ("adam",))
    assert "keras.optimizers.Adam(0.1, beta_1=0, beta_2=0.9, epsilon=0.001)" in app.code[0].value


@pytest.mark.parametrize("rates", ["0,0.9,0.999,1e-7", "0.1,1,0.9,1e-7", "nan,0,0,1", "0.1,0.9", "1e999,0,0,1"])
def test_rates_that_no_optimiser_takes_are_said(app: AppTest, races: list[Any], rates: str) -> None:
    show(app, "explain", view="optimisers", rates=rates)
    assert "rates cannot be used" in " ".join(each.value for each in app.warning) + said(app)
    assert races[-1][1].rates == (0.05, 0.9, 0.999, 1e-7)


def test_another_surface_begins_at_its_own_start(app: AppTest, races: list[Any]) -> None:
    show(app, "explain", view="optimisers", start="0.5,-1")
    app.button_group(key="race_surface").set_value("bowl").run()
    assert (races[-1][0].name, races[-1][1].start) == ("bowl", None)


def test_the_slice_is_offered_for_ones_own_run_and_raced_on_once_it_is_kept(
    app: AppTest, races: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No network of your own yet" in said(show(app, "explain", view="optimisers", surface="slice"))
    run = made_run([4])
    (run.folder / "model.keras").touch()
    started: list[tuple[Any, ...]] = []
    monkeypatch.setattr("core.storage.jobs.start", lambda *job: started.append(job))
    show(app, "explain", view="optimisers", surface="slice", run=run.name)
    app.button(key="measure_slice").click().run()
    assert started == [(f"loss-slice-{run.name}", "core.nn.inference.loss_slice:measure", {"name": run.name})]
    assert races == []
    trail = np.array([[-0.7, 0.1], [0.2, 0.3], [0.7, -0.2]])
    made = LossSlice(np.arange(441.0).reshape(21, 21), trail, np.array([0, 4, -1]), 50)
    loss_slice.keep(run, loss_slice.file_of(run), made)
    app.run()
    ground = races[-1][0]
    assert (ground.name, ground.side, ground.stops) == ("slice", 21, ["epoch 0", "epoch 4", "final"])
    assert ground.start == pytest.approx((-0.7, 0.1))
    assert "Adam's two moments" in said(app)


def test_adams_moments_are_offered_and_shown_with_where_they_come_from(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[list[Plot]] = []
    monkeypatch.setattr("pages.explain.moments.panels", lambda plots, **_more: shown.append(plots))
    run = made_run([4])
    (run.folder / "model.keras").touch()
    started: list[tuple[Any, ...]] = []
    monkeypatch.setattr("core.storage.jobs.start", lambda *job: started.append(job))
    show(app, "explain", view="optimisers", surface="moments", run=run.name)
    app.button(key="measure_moments").click().run()
    assert started == [(f"adam-moments-{run.name}", "core.nn.inference.adam_moments:measure", {"name": run.name})]
    first = np.linspace(1, -1, 60).reshape(2, 30)
    names = ("conv2d/kernel[0, 0, 0, 1]", "dense/kernel[3, 4]")
    made = AdamMoments(names, first, first, first**2, np.full(30, 0.001), 90, -1, 0.0)
    adam_moments.keep(run, adam_moments.file_of(run), made)
    show(app, "explain", view="optimisers", surface="moments", run=run.name, weight="2", **{"training-step": "7"})
    assert not app.exception
    assert "Steps 1 to 30 of the 90" in said(app)
    assert "kept no weights of these epochs" in said(app)
    assert "dense/kernel" in said(app)
    assert "Adam(0.001, beta_1=0.9" in app.code[0].value
    assert [plot.title for plot in shown[-1]] == [
        "The first moment m",
        "The second, as √v",
        "What is added",
        "The weight",
    ]
    assert [mark.x for plot in shown[-1] for mark in plot.marks if mark.kind == "down"] == [[7]] * 4
    assert not [mark for mark in shown[-1][0].marks if mark.dashed]
    show(app, "explain", view="optimisers", surface="moments", run=run.name, **{"beta-1": "0.5"})
    assert [mark.label for mark in shown[-1][0].marks if mark.dashed] == ["m, other β"]


def test_a_run_of_another_optimizer_has_no_moments_and_says_so(app: AppTest) -> None:
    muon = replace(find_recipe("digits-cnn"), optimiser=find_recipe("pets-128-muon").optimiser)
    run = made_run([4], recipe=muon)
    (run.folder / "model.keras").touch()
    assert "trained with Muon" in said(show(app, "explain", view="optimisers", surface="moments", run=run.name))
