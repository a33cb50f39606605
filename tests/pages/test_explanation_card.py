"""The card of an image, with a worker that answers at once."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import runs
from core.datasets.sources import catalogue
from core.evaluation.explaining import features
from core.evaluation.explaining.heat import GRAD_CAM, HeatMaps
from core.evaluation.explaining.sensitivity import CHANGES
from core.prediction import worker
from core.recipes.recipe import find_recipe
from core.runs import Run, RunError
from tests.pages.opening import said
from tests.unit.made_runs import unsigned

RNG = np.random.default_rng(0)


class Told:
    """Stands in for an answer of the worker; the second time that it is asked for, it is there."""

    def __init__(self, value: Any) -> None:
        self.value, self.asked = value, 0

    def within(self, _seconds: float) -> Any:
        self.asked += 1
        return self.value if self.asked > 1 else None

    def cancel(self) -> None:
        """Take no notice."""


@pytest.fixture
def run(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run on the digits that takes every image for a 1, a little less when it is changed."""
    made = runs.create(find_recipe("digits-cnn"))
    digits = catalogue.open_dataset("digits")
    (made.folder / "model.keras").write_bytes(b"a network")
    test = digits.select("test")
    answers = np.full((len(test), 10), 0.02, np.float32)
    answers[:, 1] = 0.82
    arrays = {"ids": test, "labels": digits.labels[test], "probabilities": answers}
    np.savez(made.folder / "evaluation.npz", **{f"test_{name}": array for name, array in arrays.items()})

    def probabilities(_run: Run, batch: np.ndarray) -> Told:
        return Told(np.repeat(answers[:1], len(batch), axis=0))

    def heat_maps(_run: Run, _image: np.ndarray, classes: Sequence[int]) -> Told:
        return Told(HeatMaps(GRAD_CAM, RNG.random((len(classes), 4, 4)).astype(np.float32)))

    def vectors(_run: Run, batch: np.ndarray) -> Told:
        return Told(batch.reshape(len(batch), -1).astype(np.float32))

    monkeypatch.setattr(worker, "probabilities", probabilities)
    monkeypatch.setattr(worker, "heat_maps", heat_maps)
    monkeypatch.setattr(worker, "features", vectors)
    return made


def keep_features(run: Run) -> None:
    pixels = catalogue.open_dataset("digits").images
    features.keep(run, iter([pixels.reshape(len(pixels), -1).astype(np.float32)]), len(pixels))


def card_of(name: str, part: str, index: int) -> None:
    from core import runs
    from pages.common.explanation_card import show_card

    show_card(runs.find(name), part, index)


def explained(name: str) -> None:
    import numpy as np

    from core import runs
    from core.prediction.photo_predictions import Certainty, Prediction
    from pages.common.explanation_card import explain_answer

    answer = Prediction(np.where(np.arange(10) == 1, 0.82, 0.02), np.full((8, 8, 1), 200, np.uint8), b"")
    explain_answer(runs.find(name), answer, Certainty(None, ""), key="photo")


def shown(script: Callable[..., None], *arguments: object) -> AppTest:
    app = AppTest.from_function(script, default_timeout=90, args=arguments).run()
    assert not app.exception, [each.value for each in app.exception]
    return app


def markup(app: AppTest) -> str:
    return "\n".join(str(each.proto.body) for each in app.get("html"))


def test_a_wrong_answer_is_explained(run: Run) -> None:
    digits = catalogue.open_dataset("digits")
    keep_features(run)
    wrong = int(digits.select("test", label=7)[0])
    app = shown(card_of, run.name, "test", wrong)
    assert "Loss 3.91: higher than" in said(app)
    assert "Always predicted as 1" in said(app)
    assert "Grad-CAM heatmap: 1" in markup(app)
    assert "Grad-CAM heatmap: 7" in markup(app)
    assert "true class" in markup(app)
    assert markup(app).count("Training image ") == 8
    assert "7: 8 of 8" in markup(app), "a seven's pixels are most alike a seven's"
    assert "has not been audited" in said(app)
    assert len(app.get("plotly_chart")) == 5


def test_features_are_offered_where_there_are_none(run: Run) -> None:
    first = int(catalogue.open_dataset("digits").select("test")[0])
    app = shown(card_of, run.name, "test", first)
    assert app.button(key="find_alike")
    assert "Grad-CAM heatmap: 1" in markup(app)


def test_a_training_image_is_asked_about_and_not_its_own_neighbour(run: Run) -> None:
    keep_features(run)
    first = int(catalogue.open_dataset("digits").select("train")[0])
    app = shown(card_of, run.name, "train", first)
    assert f"Training image {first}:" not in markup(app)
    assert "Loss " not in said(app)
    assert len(app.get("plotly_chart")) == 5


def test_a_photo_from_outside_is_explained(run: Run) -> None:
    keep_features(run)
    app = shown(explained, run.name)
    assert "Grad-CAM heatmap: 1" in markup(app)
    assert "second most likely" in markup(app)
    assert "true" not in markup(app)
    assert markup(app).count("Training image ") == 8


def asked_with(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many images each question to the network for probabilities is about, as they are asked."""
    asked: list[int] = []
    answering = worker.probabilities

    def counted(run: Run, batch: np.ndarray) -> Any:
        asked.append(len(batch))
        return answering(run, batch)

    monkeypatch.setattr(worker, "probabilities", counted)
    return asked


def test_the_network_is_not_asked_for_what_a_photos_answer_holds(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = asked_with(monkeypatch)
    shown(explained, run.name)
    assert asked == [sum(len(change.values) for change in CHANGES)], "only about the changed photo"


def test_the_network_is_not_asked_for_what_is_kept_of_an_image(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, digits = asked_with(monkeypatch), catalogue.open_dataset("digits")
    shown(card_of, run.name, "test", int(digits.select("test")[0]))
    assert len(asked) == 1
    shown(card_of, run.name, "train", int(digits.select("train")[0]))
    assert len(asked) == 3, "of a training image no answer is kept"


def test_what_still_works_without_the_data_set_or_the_network(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    first = int(catalogue.open_dataset("digits").select("test")[0])

    def gone(run: Run, *_: object) -> None:
        raise RunError("The run has no network yet.")

    with monkeypatch.context() as patch:
        patch.setattr(worker, "heat_maps", gone)
        app = shown(card_of, run.name, "test", first)
        assert "has no network yet" in said(app)
        assert "Loss " in said(app)

    text = unsigned(run.folder / "dataset.json")
    hashed = catalogue.open_dataset("digits").about.content_hash or ""
    (run.folder / "dataset.json").write_text(text.replace(hashed, "another"))
    app = shown(card_of, run.name, "test", first)
    assert "has changed since this run" in said(app)
    assert "Loss " in said(app)


def test_a_network_that_diverged_is_said(run: Run) -> None:
    digits = catalogue.open_dataset("digits")
    with np.load(run.folder / "evaluation.npz") as arrays:
        broken = {**arrays, "test_probabilities": np.full((360, 10), np.nan, np.float32)}
    np.savez(run.folder / "evaluation.npz", **broken)
    app = shown(card_of, run.name, "test", int(digits.select("test")[0]))
    assert "training diverged" in said(app)


def test_class_names_are_never_markup(run: Run) -> None:
    keep_features(run)
    text = unsigned(run.folder / "dataset.json")
    (run.folder / "dataset.json").write_text(text.replace('"1"', '"<img src=x>"'))
    app = shown(card_of, run.name, "test", int(catalogue.open_dataset("digits").select("test")[0]))
    assert "&lt;img src=x&gt;" in markup(app)
    assert "<img src=x" not in markup(app)
