"""Numbers about predictions, held against scikit-learn's."""

from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics

from core.evaluation import Predictions, load, ranked
from core.runs import Run, RunError


@pytest.fixture
def found() -> Predictions:
    rng = np.random.default_rng(7)
    probabilities = rng.dirichlet(np.ones(5) * 0.4, 400).astype(np.float32)
    return Predictions(np.arange(1000, 1400), rng.integers(0, 5, 400).astype(np.int16), probabilities)


def test_numbers_agree_with_scikit_learn(found: Predictions) -> None:
    assert found.accuracy == metrics.accuracy_score(found.labels, found.predicted)
    assert np.array_equal(found.confusion, metrics.confusion_matrix(found.labels, found.predicted))
    clipped = np.clip(found.probabilities.astype(np.float64), 1e-7, 1)
    expected = -np.log(clipped[np.arange(400), found.labels])
    assert found.losses == pytest.approx(expected)
    renormalised = clipped / clipped.sum(axis=1, keepdims=True)
    assert np.mean(found.losses) == pytest.approx(metrics.log_loss(found.labels, renormalised), rel=1e-5)


def test_errors_come_worst_first(found: Predictions) -> None:
    errors = found.errors()
    assert len(errors) == np.sum(found.predicted != found.labels)
    assert all(found.predicted[errors] != found.labels[errors])
    given = found.probabilities[errors, found.predicted[errors]]
    assert np.all(np.diff(given) <= 0)


def test_a_cell_holds_its_pictures(found: Predictions) -> None:
    assert len(found.cell(2, 3)) == found.confusion[2, 3]
    right = found.cell(1, 1)
    assert len(right) == found.confusion[1, 1]
    assert np.all(np.diff(found.probabilities[right, 1]) >= 0), "the least sure of the right ones come first"


def test_ranked_names_the_most_probable_first() -> None:
    assert ranked(np.array([0.2, 0.5, 0.3]), ("a", "b", "c")) == [("b", 0.5), ("c", 0.3), ("a", 0.2)]


@pytest.mark.parametrize("data", [b"", b"PK torn", None])
def test_predictions_that_cannot_be_read(tmp_path: Path, data: bytes | None) -> None:
    if data is not None:
        (tmp_path / "evaluation.npz").write_bytes(data)
    with pytest.raises(RunError):
        load(Run(tmp_path), "test")
