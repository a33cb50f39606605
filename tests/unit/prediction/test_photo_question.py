"""A photo that is asked about in the background: the answer comes, then the heatmap; what goes wrong is said."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from core import runs
from core.evaluation.explaining.heat import GRAD_CAM, HeatMaps
from core.images import samples
from core.prediction import photo_predictions, worker
from core.prediction.photo_predictions import Prediction, Refusal
from core.prediction.photo_question import PhotoQuestion
from core.runs import Run, RunError

_PATIENCE_S = 30
_SEEN = np.full((128, 128, 3), 90, np.uint8)
_ANSWER = Prediction(np.array([0.2, 0.8]), _SEEN, b"")


class MadeHeat:
    """Stands in for what the worker gives."""

    def __init__(self, _run: Run, image: np.ndarray, classes: tuple[int, ...]) -> None:
        """Note what was asked."""
        self.asked = image, classes

    def wait(self) -> HeatMaps:
        """Answer."""
        assert self.asked[0] is _SEEN
        assert self.asked[1] == (1,)
        return HeatMaps(GRAD_CAM, np.ones((1, 4, 4), np.float32))


def asked(
    monkeypatch: pytest.MonkeyPatch,
    answer: Callable[[], Prediction | Refusal],
    heat: Callable[..., Any] = MadeHeat,
) -> PhotoQuestion:
    """Return a question to the run that comes along, answered by what is made up."""

    def predict(_run: Run, photos: list[bytes], *, total: int) -> Iterator[Prediction | Refusal]:
        assert len(photos) == total == 1
        yield answer()

    monkeypatch.setattr(photo_predictions, "predict_photos", predict)
    monkeypatch.setattr(worker, "heat_maps", heat)
    question = PhotoQuestion(runs.find("pets", runs.shipped()), "cat.jpg", samples.photo("chelsea.jpg"))
    question.wait(_PATIENCE_S)
    assert not question.is_going()
    return question


def test_answer_and_heatmap_of_one_size(monkeypatch: pytest.MonkeyPatch) -> None:
    question = asked(monkeypatch, lambda: _ANSWER)
    assert question.problem == ""
    assert question.answer is _ANSWER
    assert question.answer.in_words(("Cat", "Dog")) == "Dog · 80.0%"
    assert question.seen is not None
    assert question.heat is not None
    assert question.seen.size == question.heat.size == (256, 256)


def test_a_refused_photo_has_no_heatmap(monkeypatch: pytest.MonkeyPatch) -> None:
    question = asked(monkeypatch, lambda: Refusal("x", "It is no image."))
    assert isinstance(question.answer, Refusal)
    assert question.seen is None
    assert question.heat is None


@pytest.mark.parametrize(
    ("error", "said"), [(RunError("The worker was killed."), "The worker was killed."), (KeyError("x"), "KeyError")]
)
def test_what_goes_wrong_is_said_and_the_answer_stays(
    monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def fail(*_arguments: object) -> Any:
        raise error

    without = asked(monkeypatch, fail)
    assert said in without.problem
    assert without.answer is None
    cold = asked(monkeypatch, lambda: _ANSWER, fail)
    assert said in cold.problem
    assert cold.answer is _ANSWER
    assert cold.heat is None


def test_what_is_none_of_the_classes_is_said() -> None:
    unknown = Prediction(np.array([0.2, 0.8]), _SEEN, b"", known=False)
    assert unknown.in_words(("Cat", "Dog")) == "Neither Cat nor Dog"
    assert unknown.in_words(("a", "b", "c", "d")) == "Unlike the training data"
