"""Explain → Augmentation, in the app, with a worker that is made up."""

from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import runs
from core.datasets.sources import catalogue
from core.evaluation.explaining import turned
from core.evaluation.explaining.turned import Turned
from core.lessons import pairs
from core.runs import Run
from core.storage import jobs
from tests.pages.opening import said, show
from tests.unit import made_lessons
from tests.unit.made_runs import made_run, write_metrics


@pytest.fixture
def drawn(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    """What the page hands to its panels."""
    found: list[list[Any]] = []
    monkeypatch.setattr("pages.explain.asking.asked", made_lessons.asked)
    monkeypatch.setattr("pages.explain.augmentation.panels", lambda shown, **_given: found.append(list(shown)))
    return found


def test_the_image_is_turned_and_answered_at_each_angle(app: AppTest, drawn: list[list[Any]]) -> None:
    (made_run().folder / "model.keras").touch()
    show(app, "explain", view="augmentation", turn="90", picture="7")
    picture, answers = drawn[-1]
    digit = np.asarray(catalogue.open_dataset("digits").image(7))
    assert (picture.pixels[..., 0] == np.rot90(digit)).all()
    assert "Answer: 3, 90%" in picture.note
    assert len(answers.marks[0].x) == 37


def test_test_images_are_turned_by_a_job(app: AppTest, drawn: list[list[Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    run = made_run()
    (run.folder / "model.keras").touch()
    started: list[dict[str, Any]] = []
    monkeypatch.setattr(jobs, "start", lambda _key, call, arguments: started.append({call: arguments["name"]}))
    show(app, "explain", view="augmentation")
    app.button(key="turn this run").click().run()
    assert started == [{"core.nn.inference.turned:run": run.name}]
    turned.keep(run, Turned(np.array([-90, 0, 90]), np.array([10, 90, 30]), 100))
    app.run()
    assert "70% of 100 images right at 30" in said(app)
    assert len(drawn[-1]) == 3
    assert not [each for each in app.button if each.key == "turn this run"]


def test_the_pair_is_compared_once_it_has_finished(
    app: AppTest, drawn: list[list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (made_run().folder / "model.keras").touch()
    monkeypatch.setattr(Run, "start", lambda _run: None)
    pair = pairs.start(pairs.AUGMENTATION, catalogue.open_dataset("digits"))
    for run in (pair.without, pair.with_it):
        write_metrics(run, 2)
        (run.folder / "model.keras").touch()
        run.write_status(runs.Status(runs.FINISHED, 1.0, ended=2.0, result={"test_accuracy": 0.9}))
        turned.keep(run, Turned(np.array([-90, 0, 90]), np.array([10, 90, 30]), 100))
    show(app, "explain", view="augmentation")
    labels = [mark.label for mark in drawn[-1][2].marks if mark.label]
    assert labels == ["Pair, without", "Pair, with"]
