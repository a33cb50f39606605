"""Explain → Regularisation, in the app, with a worker that is made up."""

from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import runs
from core.lessons import pairs
from core.runs import Run
from tests.pages.opening import said, show
from tests.unit import made_lessons
from tests.unit.made_runs import made_run, write_metrics


@pytest.fixture
def page(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr("pages.explain.asking.asked", made_lessons.asked)
    (made_run().folder / "model.keras").touch()
    return app


def panels(monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    """Return what the page hands to the component from now on."""
    found: list[list[Any]] = []
    for view in ("dropout", "penalties", "batch_norm"):
        monkeypatch.setattr(f"pages.explain.{view}.panels", lambda shown, **_given: found.append(list(shown)))
    return found


def test_dropout_says_how_the_masks_answer_and_what_scaling_keeps(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = panels(monkeypatch)
    show(page, "explain", view="regularisation", rate="0.8")
    assert "leaves out 25%" in said(page)
    assert "of 50 masks answer" in said(page)
    masks = drawn[-1][1].pixels
    assert masks.shape[:2] == (50, made_lessons.VALUES)
    page.toggle(key="dropout_scaled").set_value(False).run()
    assert page.query_params["scaled"] in ("no", ["no"])
    ratio = float(said(page).replace("\\", "").split("The mean sum is ")[1].split()[0])
    assert ratio == pytest.approx(0.2, abs=0.05), "without scaling a fifth of the values is a fifth of the sum"


def test_penalties_say_how_many_weights_are_zero(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = panels(monkeypatch)
    show(page, "explain", view="regularisation", regulariser="penalties", strength="2")
    weights = made_lessons.MADE["first_kernels"]().weights
    expected = int((np.abs(weights) < 2 * weights.astype(np.float64).std()).sum())
    assert f"L1 makes **{expected}** exactly 0, L2 **0**" in said(page)
    assert len(drawn[-1]) == 5
    page.button_group(key="penalty_pair").set_value("L1").run()
    assert page.query_params["pair"] in ("l1", ["l1"])
    show(page, "explain", view="regularisation", regulariser="penalties", pair="l1")
    assert page.session_state["penalty_pair"] == "L1"
    assert page.button(key="pair_l1"), "that pair is offered"


def test_batch_normalisation_shows_the_batches_of_a_size(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = panels(monkeypatch)
    show(
        page,
        "explain",
        view="regularisation",
        **{"regulariser": "batch-norm", "batch-size": "32", "batch": "63", "channel": "60"},
    )
    assert "multiplies by γ = 2.00" in said(page)
    assert "test images of" in said(page)
    means = drawn[-1][-1].marks[0]
    assert len(means.x) == 4, "128 images are four batches of 32; the last one stands for a batch that is not there"


def test_a_network_that_diverged_is_said(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    nan = made_lessons.MADE["last_layer"](np.zeros(1))._replace(values=np.full(made_lessons.VALUES, np.nan))
    monkeypatch.setitem(made_lessons.MADE, "last_layer", lambda _image: nan)
    show(page, "explain", view="regularisation")
    assert "diverged" in said(page)


def test_a_pair_is_trained_and_its_difference_shown(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Run] = []
    monkeypatch.setattr(Run, "start", lambda run: started.append(run))
    show(page, "explain", view="regularisation")
    page.button(key="pair_dropout").click().run()
    assert [run.recipe.name for run in started] == ["pair-dropout-without", "pair-dropout-with"]
    assert page.button(key="pair_dropout").disabled, "they go on"
    for run, accuracy in zip(started, (0.8, 0.9), strict=True):
        write_metrics(run, 3)
        run.write_status(runs.Status(runs.FINISHED, 1.0, ended=2.0, result={"test_accuracy": accuracy}))
    page.run()
    assert "+10.0 points" in said(page)
    assert "Test accuracy is 10.0 points higher" in said(page)
    found = pairs.find(pairs.DROPOUT, "digits")
    assert found is not None
    found.with_it.write_status(runs.Status(runs.FAILED, 1.0, ended=2.0, cause="Out of memory."))
    page.run()
    assert "has not finished: Out of memory" in "".join(each.value for each in page.warning).replace("\\", "")
