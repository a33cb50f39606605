"""The network that trains in the server: its gradients, what it learns, and when it ends."""

import threading
from pathlib import Path

import numpy as np
import pytest

from core.datasets.sources import catalogue
from core.errors import PixelwiseError
from core.training import quick
from core.training.quick import EPOCHS, DenseNetwork, QuickTraining, cross_entropy

pytestmark = pytest.mark.usefixtures("data_home")
_PATIENCE_S = 60


def test_gradients_are_those_of_finite_differences() -> None:
    rng = np.random.default_rng(1)
    drawn = DenseNetwork.drawn([6, 5, 4, 3], rng)
    # Biases of 0 would leave theirs untried where a unit is off.
    parameters = [each.astype(np.float64) + 0.1 * rng.standard_normal(each.shape) for each in drawn.parameters]
    network = DenseNetwork(parameters)
    images, labels = rng.standard_normal((7, 6)), rng.integers(0, 3, 7)
    found, gradients = network.gradients(images, labels)
    assert np.allclose(found.sum(axis=1), 1)
    step = 1e-6
    for parameter, gradient in zip(network.parameters, gradients, strict=True):
        assert gradient.shape == parameter.shape
        for place in np.ndindex(parameter.shape):
            losses = []
            for change in (step, -2 * step):
                parameter[place] += change
                losses.append(cross_entropy(network.probabilities(images), labels).mean())
            parameter[place] += step
            assert gradient[place] == pytest.approx((losses[0] - losses[1]) / (2 * step), abs=1e-7)


def test_it_learns_the_digits_and_shows_what_it_got_most_wrong() -> None:
    training = QuickTraining(seed=0)
    training.start()
    training.wait(_PATIENCE_S)
    assert not training.problem
    assert [record["epoch"] for record in training.records] == list(range(1, EPOCHS + 1))
    assert training.records[-1]["loss"] < training.records[0]["loss"] / 5
    result = training.result
    assert result is not None
    assert result.tested == 360
    assert result.accuracy >= 0.9
    digits = catalogue.open_dataset("digits")
    assert {each.index for each in result.worst} <= set(digits.select("test").tolist())
    for wrong in result.worst:
        assert digits.about.class_names[digits.labels[wrong.index]] == wrong.true != wrong.predicted
        assert 0.1 < wrong.probability <= 1


def test_it_ends_when_it_is_stopped_and_when_its_page_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = QuickTraining()
    stopped.stop()
    stopped.start()
    monkeypatch.setattr(quick, "_LEFT_AFTER_S", 0.0)
    left = QuickTraining()
    left.start()
    for training in (stopped, left):
        training.wait(_PATIENCE_S)
        assert not training.is_going()
        assert training.result is None
        assert not training.problem
    assert not any(thread.name == "quick-training" for thread in threading.enumerate())


def test_what_goes_wrong_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for error, said in ((PixelwiseError(f"{tmp_path.name} is damaged."), "is damaged."), (OSError("x"), "OSError: x")):

        def fail(_name: str, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(catalogue, "open_dataset", fail)
        training = QuickTraining()
        training.start()
        training.wait(_PATIENCE_S)
        assert said in training.problem
