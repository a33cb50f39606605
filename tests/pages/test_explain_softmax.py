"""Explain: softmax and cross-entropy on an image's own probabilities."""

from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import pages.explain.views  # noqa: F401 what it imports has the worker as it is
from core.prediction import worker
from pages.components.softmax import Chosen
from tests.pages.opening import said, show
from tests.unit import made_answers
from tests.unit.made_answers import MadeAnswer
from tests.unit.made_runs import made_run


@pytest.fixture
def lessons(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the view has the component show, each time."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(worker, "WorkerCall", MadeAnswer)
    monkeypatch.setattr(
        "pages.explain.softmax.softmax_lesson",
        lambda names, own, chosen, **more: found.append({"names": names, "own": own, "chosen": chosen, **more}),
    )
    return found


def opened(app: AppTest, **address: str) -> AppTest:
    run = made_run([4])
    (run.folder / "model.keras").touch()
    return show(app, "explain", view="softmax", run=run.name, picture="5", **address)


def test_it_begins_with_the_images_own_logits_and_keeps_what_is_dragged_for_that_image(
    app: AppTest, lessons: list[dict[str, Any]]
) -> None:
    opened(app)
    first = lessons[-1]
    assert first["chosen"] == Chosen(None, 5, 0.0)
    assert sum(first["own"]) == pytest.approx(0)
    assert max(first["own"]) - min(first["own"]) == pytest.approx(np.log(9), abs=1e-5)
    assert first["batch"].images == 360
    dragged = Chosen([1.0, *[0.0] * 9], 2, 0.1)
    first["take"](dragged)
    assert "softmax_logits" not in app.session_state or app.session_state["softmax_logits"] is None
    app.session_state["softmax_logits"] = dragged.logits
    app.session_state["softmax_label"] = 2
    app.run()
    assert lessons[-1]["chosen"] == Chosen(dragged.logits, 2, 0.0)
    assert app.query_params["logits"] == "1,0,0,0,0,0,0,0,0,0"
    app.number_input(key="photo_of_digits").set_value(6).run()
    assert lessons[-1]["chosen"] == Chosen(None, 6, 0.0)


def test_of_many_classes_the_likeliest_are_shown_and_the_rest_is_a_sum(
    app: AppTest, lessons: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.explain.softmax._MOST_CLASSES", 4)
    opened(app)
    found = lessons[-1]
    assert len(found["names"]) == 4
    assert found["names"][found["chosen"].label] == "5"
    assert found["rest"].count == 6
    whole = np.logaddexp.reduce([*found["own"], found["rest"].log_sum])
    assert np.exp(np.array(found["own"]) - whole).max() == pytest.approx(0.5, abs=1e-5)


def test_a_network_that_gives_no_number_is_said(
    app: AppTest, lessons: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_answers, "probabilities", lambda _image: np.full(10, np.nan, np.float32))
    assert "training diverged" in said(opened(app))
    assert lessons == []
