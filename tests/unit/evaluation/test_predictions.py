"""Numbers about predictions, held against scikit-learn's and SciPy's to the last digit."""

import os
import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom, binomtest
from sklearn import metrics

from core.evaluation.intervals import exact_bounds, wilson_interval
from core.evaluation.predictions import (
    ALL,
    CONFIDENCE,
    LOSS,
    MARGIN,
    RIGHT,
    WRONG,
    Choice,
    ConfusedPair,
    Predictions,
    class_scores,
    confused_pairs,
    load,
    parts,
    ranked,
)
from core.runs import Run, RunError


def made_up(classes: int, images: int = 400, seed: int = 7) -> Predictions:
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(classes) * 0.4, images).astype(np.float32)
    return Predictions(np.arange(1000, 1000 + images), rng.integers(0, classes, images).astype(np.int16), probabilities)


@pytest.fixture
def found() -> Predictions:
    return made_up(5)


def write(folder: Path, found: Predictions, *written: str) -> Run:
    arrays = {f"{part}_{name}": getattr(found, name) for part in written for name in found.__dataclass_fields__}
    np.savez(folder / "evaluation.npz", **arrays)
    return Run(folder)


def test_numbers_agree_with_scikit_learn(found: Predictions) -> None:
    assert found.accuracy == metrics.accuracy_score(found.labels, found.predicted)
    assert np.array_equal(found.confusion, metrics.confusion_matrix(found.labels, found.predicted))
    clipped = np.clip(found.probabilities.astype(np.float64), 1e-7, 1)
    expected = -np.log(clipped[np.arange(400), found.labels])
    assert found.losses == pytest.approx(expected)
    renormalised = clipped / clipped.sum(axis=1, keepdims=True)
    assert np.mean(found.losses) == pytest.approx(metrics.log_loss(found.labels, renormalised), rel=1e-5)


@pytest.mark.parametrize("absent", [None, "never predicted", "without images"])
@pytest.mark.parametrize("classes", [2, 5])
def test_scores_by_class_agree_with_scikit_learn(classes: int, absent: str | None) -> None:
    found = made_up(classes)
    if absent == "never predicted":
        found.probabilities[:, 1] = 0
    if absent == "without images":
        found.labels[found.labels == 1] = 0
    scores = class_scores(found.confusion)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        expected = metrics.precision_recall_fscore_support(
            found.labels, found.predicted, labels=range(classes), zero_division=0
        )
        for ours, theirs in zip((scores.precision, scores.recall, scores.f1, scores.support), expected, strict=True):
            assert np.array_equal(ours, theirs)
        for average in ("macro", "weighted"):
            means = metrics.precision_recall_fscore_support(
                found.labels, found.predicted, labels=range(classes), average=average, zero_division=0
            )
            assert scores.mean(weighted=average == "weighted") == means[:3]
    assert np.array_equal(scores.predicted, np.bincount(found.predicted, minlength=classes))


@pytest.mark.parametrize(("hits", "of"), [(0, 1), (1, 1), (0, 360), (353, 360), (360, 360), (6932, 10_000)])
def test_the_interval_agrees_with_scipy(hits: int, of: int) -> None:
    expected = binomtest(hits, of).proportion_ci(0.95, method="wilson")
    assert wilson_interval(hits, of) == pytest.approx((expected.low, expected.high), abs=1e-15)


@pytest.mark.parametrize(("hits", "of"), [(0, 5), (5, 5), (95, 100), (1, 3), (9_990, 10_000)])
def test_exact_bounds_are_those_of_the_binomial_test(hits: int, of: int) -> None:
    low, high = exact_bounds(hits, of)
    if hits:
        assert binom.sf(hits - 1, of, low) == pytest.approx(0.05)
    if hits < of:
        assert binom.cdf(hits, of, high) == pytest.approx(0.05)
    assert (low == 0, high == 1) == (hits == 0, hits == of)


def test_of_nothing_nothing_is_known() -> None:
    low, high = exact_bounds([0, 3], [0, 4])
    assert (low[0], high[0]) == (0, 1)
    assert low[1] < 0.75 < high[1]


def test_the_most_confused_pairs_come_first(found: Predictions) -> None:
    confusion = np.array([[90, 4, 6], [6, 94, 0], [0, 0, 0]])
    assert confused_pairs(confusion, 10) == [
        ConfusedPair(0, 2, 6, 0.06),
        ConfusedPair(1, 0, 6, 0.06),
        ConfusedPair(0, 1, 4, 0.04),
    ]
    assert len(confused_pairs(found.confusion, 3)) == 3
    assert confused_pairs(np.diag([3, 4]), 5) == []


def test_a_choice_holds_exactly_its_images(found: Predictions) -> None:
    everything = found.select(Choice(ALL))
    assert sorted(everything) == list(range(400))
    wrong, right = found.select(Choice(WRONG)), found.select(Choice(RIGHT))
    assert not found.right[wrong].any()
    assert found.right[right].all()
    assert len(wrong) + len(right) == 400
    cell = found.select(Choice(ALL, true=2, predicted=3))
    assert len(cell) == found.confusion[2, 3]
    assert set(found.labels[cell]) == {2}
    assert set(found.predicted[cell]) == {3}
    assert len(found.select(Choice(ALL, true=2))) == found.confusion[2].sum()
    assert len(found.select(Choice(RIGHT, true=2, predicted=3))) == 0
    bins = [found.select(Choice(ALL, confidence=(low / 10, (low + 1) / 10))) for low in range(10)]
    assert sorted(np.concatenate(bins)) == list(range(400)), "each image is in one bin"


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("by", [LOSS, CONFIDENCE, MARGIN])
def test_images_are_sorted(found: Predictions, by: str, descending: bool) -> None:
    positions = found.select(Choice(ALL, by=by, descending=descending))
    top = np.sort(found.probabilities[positions].astype(np.float64), axis=1)[:, ::-1]
    values = {LOSS: found.losses[positions], CONFIDENCE: top[:, 0], MARGIN: top[:, 0] - top[:, 1]}[by]
    steps = np.diff(values)
    assert np.all(steps <= 0) if descending else np.all(steps >= 0)


def test_an_image_is_found_by_its_index(found: Predictions) -> None:
    assert found.position(1003) == 3
    assert found.position(3) is None


def test_ranked_names_the_most_probable_first() -> None:
    assert ranked(np.array([0.2, 0.5, 0.3]), ("a", "b", "c")) == [("b", 0.5), ("c", 0.3), ("a", 0.2)]


def test_parts_are_those_that_have_images_of_their_own(tmp_path: Path, found: Predictions) -> None:
    assert parts(write(tmp_path, found, "validation", "test")) == ("test",), "the test images validated"
    both = {f"test_{name}": getattr(found, name) for name in ("ids", "labels", "probabilities")}
    both |= {f"validation_{name}": getattr(found, name)[:50] for name in ("ids", "labels", "probabilities")}
    np.savez(tmp_path / "evaluation.npz", **both)
    assert parts(Run(tmp_path)) == ("validation", "test")


def test_a_run_without_validation_has_one_part(tmp_path: Path, found: Predictions) -> None:
    run = write(tmp_path, found, "test")
    assert parts(run) == ("test",)
    assert len(load(run, "validation").ids) == 0
    assert load(run, "test").accuracy == found.accuracy


def test_a_trial_has_no_test_images_and_says_why(tmp_path: Path, found: Predictions) -> None:
    run = write(tmp_path, found, "validation")
    assert parts(run) == ("validation",)
    assert load(run, "validation").accuracy == found.accuracy
    with pytest.raises(RunError, match="is a trial of a sweep"):
        load(run, "test")


def test_predictions_are_read_again_when_they_were_written_anew(tmp_path: Path, found: Predictions) -> None:
    run = write(tmp_path, found, "test")
    first = load(run, "test")
    assert load(run, "test") is first
    write(tmp_path, made_up(3), "test")
    os.utime(tmp_path / "evaluation.npz", ns=(1, 1))
    assert load(run, "test").probabilities.shape == (400, 3)


@pytest.mark.parametrize("data", [b"", b"PK torn", None])
def test_predictions_that_cannot_be_read(tmp_path: Path, data: bytes | None) -> None:
    if data is not None:
        (tmp_path / "evaluation.npz").write_bytes(data)
    with pytest.raises(RunError):
        load(Run(tmp_path), "test")
