"""The Home page: settings that go on to Augment, a training, a question, the latest run."""

import time
from collections.abc import Iterator
from urllib.parse import parse_qs

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.evaluation.explaining.heat import GRAD_CAM, HeatMaps
from core.prediction import photo_predictions, worker
from core.prediction.photo_predictions import Prediction, Refusal
from core.runs import folders
from tests.pages.opening import said, show
from tests.paths import PROJECT
from tests.unit.made_runs import made_run

_SEEN = np.full((128, 128, 3), 90, np.uint8)


class MadeHeat:
    """Stands in for what the worker gives."""

    def __init__(self, *_asked: object) -> None:
        """Ask."""

    def wait(self) -> HeatMaps:
        """Answer."""
        return HeatMaps(GRAD_CAM, np.ones((1, 4, 4), np.float32))


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception, [each.value for each in app.exception]
    return app


def html(app: AppTest) -> str:
    return "\n".join(str(each.proto.body) for each in app.get("html"))


def until(app: AppTest, key: str) -> AppTest:
    """Run the page, as its fragment does, until what is kept under a key has ended."""
    end = time.monotonic() + 60
    while (working := app.session_state[key]) is not None and working.is_going():
        assert time.monotonic() < end
        app.run()
        time.sleep(0.1)
    app.run()
    assert not app.exception, [each.value for each in app.exception]
    return app


def test_the_settings_of_the_bent_image_go_on_to_augment(app: AppTest) -> None:
    app.session_state["home_rotation_range"] = 40.0
    app.session_state["home_brightness_range"] = (1.0, 1.0)
    app.run()
    press(app, "home_augment")
    assert app.title[0].value == "Augment"
    assert app.session_state["augment_rotation_range"] == 40
    assert app.session_state["augment_brightness_range"] == (1.0, 1.0)
    assert app.session_state["augment_fill_mode"] == "reflect"
    assert app.session_state["augment_source"] == "Sample photos"
    assert not app.warning


def test_a_training_shows_its_test_accuracy_and_its_worst_digits(app: AppTest) -> None:
    assert "Handwritten digits" in html(app)
    press(app, "home_train")
    assert app.button(key="home_train").disabled
    until(app, "home_training")
    result = app.session_state["home_training"].result
    assert [each.value for each in app.metric] == [f"{result.accuracy:.1%}"]
    assert result.accuracy >= 0.9
    assert f"predicted {result.worst[0].predicted} (" in html(app)
    press(app, "home_train")
    assert app.session_state["home_training"].seed == 1
    app.session_state["home_training"].stop()
    until(app, "home_training")
    assert app.session_state["home_training"] is None
    assert not app.button(key="home_train").disabled


def test_a_training_that_fails_says_why(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.training.parts.parts", lambda *_: 1 / 0)
    press(app, "home_train")
    until(app, "home_training")
    assert "ZeroDivisionError" in app.error[0].value


def test_train_it_properly_leads_to_the_recipe(app: AppTest) -> None:
    press(app, "home_train_properly")
    assert app.title[0].value == "Train"
    assert app.session_state["recipe"] == "digits-cnn"


def test_a_photo_is_answered_refused_and_goes_on_to_predict(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def predict(_run: object, photos: list[bytes], **_named: object) -> Iterator[Prediction | Refusal]:
        yield (Prediction(np.array([0.1, 0.9]), _SEEN, b"") if photos[0] == b"dog" else Refusal("x", "It is no image."))

    monkeypatch.setattr(photo_predictions, "predict_photos", predict)
    monkeypatch.setattr(worker, "heat_maps", MadeHeat)
    monkeypatch.setattr(folders, "SHIPPED", PROJECT / "models")
    app.run()
    assert "What supports it" in html(app)
    app.file_uploader[0].set_value(("![](x).png", b"text", "image/png")).run()
    until(app, "home_question")
    assert app.error[0].value == "\\!\\[\\]\\(x\\)\\.png: It is no image\\."
    app.file_uploader[0].set_value(("rex.jpg", b"dog", "image/jpeg")).run()
    until(app, "home_question")
    assert not app.error
    assert "What supports Dog" in html(app)
    app.button(key="home_predict").click()
    monkeypatch.setattr("pages.predict.session_answers.warm", lambda _run: None)
    app.run()
    assert app.title[0].value == "Predict"
    assert [photo.name for photo in app.session_state["photos_given"]] == ["rex.jpg"]


def test_the_latest_run_is_shown_and_gone_on_with(app: AppTest) -> None:
    assert "latest run" not in "".join(each.value for each in app.header)
    run = made_run()
    show(app, "home")
    assert "Your latest run" in [each.value for each in app.header]
    assert "is finished. Test accuracy: **100.0%**." in said(app)
    (link,) = [each for each in app.get("page_link") if "Continue" in each.proto.label]
    assert parse_qs(link.proto.query_string) == {"run": [run.name]}


@pytest.mark.parametrize(
    ("label", "title"),
    [
        ("Browse the digits dataset", "Browse"),
        ("Import your own images", "Datasets"),
        ("Teach your own classes", "Teach"),
    ],
)
def test_the_links_lead_on(app: AppTest, label: str, title: str) -> None:
    next(each for each in app.button if each.label == label).click().run()
    assert not app.exception
    assert app.title[0].value == title
