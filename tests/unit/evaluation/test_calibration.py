"""Calibration, held against scikit-learn's where it has the same."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.calibration import CalibratedClassifierCV, calibration_curve
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression

from core.evaluation import calibration
from core.evaluation.predictions import Predictions
from core.runs import Run, RunError
from tests.unit.made_runs import unsigned


def too_sure(images: int = 2000, times: float = 3.0, seed: int = 0) -> Predictions:
    """Make predictions whose logits are `times` those of the chances by which their labels were drawn."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, (images, 4))
    labels = [rng.choice(4, p=chances) for chances in softmax(logits, axis=1)]
    probabilities = softmax(times * logits, axis=1).astype(np.float32)
    return Predictions(np.arange(images), np.array(labels, np.int16), probabilities)


def written(folder: Path, found: Predictions, *parts: str) -> Run:
    arrays = {f"{part}_{name}": getattr(found, name) for part in parts for name in found.__dataclass_fields__}
    np.savez(folder / "evaluation.npz", **arrays)
    return Run(folder)


def test_the_temperature_is_scikit_learns() -> None:
    found = too_sure()
    logits = np.log(found.probabilities.astype(np.float64))
    # A classifier that answers with the very logits that it is given.
    answers = LogisticRegression().fit(logits[:100], np.arange(100) % 4)
    answers.coef_, answers.intercept_ = np.eye(4), np.zeros(4)
    theirs = CalibratedClassifierCV(FrozenEstimator(answers), method="temperature")
    expected = theirs.fit(logits, found.labels).predict_proba(logits)
    temperature = calibration.fitted_temperature(found)
    ours = calibration.Calibration(temperature, "test", 2000, "").apply(found.probabilities)
    assert ours == pytest.approx(expected, abs=1e-4)
    assert temperature == pytest.approx(3.0, rel=0.1)


def test_a_temperature_leaves_the_order_of_classes() -> None:
    found = too_sure()
    cooled = calibration.Calibration(2.5, "test", 2000, "").apply(found.probabilities)
    assert np.array_equal(np.argsort(cooled, axis=1), np.argsort(found.probabilities, axis=1))
    assert cooled.sum(axis=1) == pytest.approx(np.ones(2000))


def test_reliability_is_scikit_learns() -> None:
    found = too_sure()
    bins = calibration.reliability(found.confidences, found.right)
    accuracy, confidence = calibration_curve(found.right, found.confidences, n_bins=calibration.BINS)
    there = bins.counts > 0
    assert np.array_equal(bins.accuracy[there], accuracy)
    assert np.array_equal(bins.confidence[there], confidence)
    assert bins.counts.sum() == 2000
    assert bins.error == pytest.approx(np.abs(accuracy - confidence) @ bins.counts[there] / 2000)


def test_a_fitted_temperature_makes_the_error_small() -> None:
    found = too_sure()
    cooled = calibration.Calibration(calibration.fitted_temperature(found), "test", 2000, "").apply(found.probabilities)
    before = calibration.reliability(found.confidences, found.right).error
    after = calibration.reliability(cooled.max(axis=1), found.right).error
    assert before > 0.1
    assert after < 0.03


def test_answers_are_counted_above_each_threshold() -> None:
    confidences, right = np.array([0.9, 0.6, 0.9, 0.5, 0.7]), np.array([True, False, False, True, True])
    found = calibration.answering(confidences, right)
    assert found.thresholds.tolist() == [0.9, 0.7, 0.6, 0.5]
    assert found.shares.tolist() == [0.4, 0.6, 0.8, 1.0]
    assert found.accuracies == pytest.approx([1 / 2, 2 / 3, 2 / 4, 3 / 5])
    assert found.at(0.7) == (0.6, 2 / 3)
    assert found.at(0.0) == (1.0, 3 / 5)
    assert found.at(0.95) == (0.0, None)


def test_it_is_fitted_on_validation_and_kept(tmp_path: Path) -> None:
    validation, test = too_sure(500, seed=1), too_sure(400, seed=2)
    arrays = {f"validation_{name}": getattr(validation, name) for name in validation.__dataclass_fields__}
    arrays |= {f"test_{name}": getattr(test, name) for name in test.__dataclass_fields__}
    np.savez(tmp_path / "evaluation.npz", **arrays)
    first = calibration.of(Run(tmp_path))
    assert (first.fitted_on, first.pictures) == ("validation", 500)
    kept = json.loads(unsigned(tmp_path / "calibration.json"))
    (tmp_path / "calibration.json").write_text(json.dumps(kept | {"temperature": 1.5}))
    assert calibration.of(Run(tmp_path)).temperature == 1.5, "it is not fitted again"


@pytest.mark.parametrize("torn", [b"", b"[1]", b"\xff", b'{"temperature": "hot"}'])
def test_one_that_cannot_be_read_or_is_of_other_predictions_is_fitted_anew(tmp_path: Path, torn: bytes) -> None:
    run = written(tmp_path, too_sure(300), "test")
    (tmp_path / "calibration.json").write_bytes(torn)
    first = calibration.of(run)
    assert first.fitted_on == "test"
    written(tmp_path, too_sure(300, times=0.5), "test")
    assert calibration.of(run).temperature < 1 < first.temperature


def test_a_run_that_may_not_be_written_is_calibrated_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_named: object) -> None:
        raise PermissionError

    monkeypatch.setattr("core.storage.data_home.replace_text", refuse)
    assert calibration.of(written(tmp_path, too_sure(300), "test")).temperature > 1


def test_predictions_without_an_error_say_nothing_of_the_temperature() -> None:
    found = too_sure(50)
    right = Predictions(found.ids, found.predicted.astype(np.int16), found.probabilities)
    assert calibration.fitted_temperature(right) == 1.0


def test_probabilities_of_zero_are_stood(tmp_path: Path) -> None:
    probabilities = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    found = Predictions(np.arange(3), np.array([0, 1, 1], np.int16), probabilities)
    made = calibration.of(written(tmp_path, found, "test"))
    assert np.isfinite(made.apply(probabilities)).all()


def test_a_training_that_diverged_is_refused_in_words(tmp_path: Path) -> None:
    found = too_sure(30)
    found.probabilities[3] = np.nan
    with pytest.raises(RunError, match="diverged"):
        calibration.of(written(tmp_path, found, "test"))
