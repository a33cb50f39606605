"""Implausible labels, on made cases whose wrong labels are known."""

import numpy as np
import pytest

from core.evaluation import label_errors
from core.evaluation.label_errors import cross_validated, find
from core.storage.progress import Cancelled


def case(n: int = 600, classes: int = 3, wrong: int = 30) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return labels, true classes and probabilities of a network that is right and never quite sure."""
    rng = np.random.default_rng(3)
    true = rng.integers(0, classes, n)
    probabilities = rng.dirichlet(np.ones(classes), n) * 0.3
    probabilities[np.arange(n), true] += 0.7
    labels = true.copy()
    flipped = rng.choice(n, wrong, replace=False)
    labels[flipped] = (labels[flipped] + rng.integers(1, classes, wrong)) % classes
    return labels.astype(np.int16), true, probabilities.astype(np.float32)


def test_flipped_labels_come_first_with_the_class_that_they_were_flipped_from() -> None:
    labels, true, probabilities = case()
    ids = np.arange(1000, 1600)
    found = find(ids, labels, probabilities)
    assert set(found.ids[:30]) == set(ids[labels != true])
    assert np.array_equal(found.likely[:30], true[found.ids[:30] - 1000])
    assert np.array_equal(found.labels, labels[found.ids - 1000])
    assert found.found == 30
    assert np.all(np.diff(found.plausibility) >= 0)
    assert np.all(found.plausibility[:30] < 0.5)
    assert sorted(found.ids) == ids.tolist()


def test_labels_are_sorted_by_their_probability_beside_that_of_the_most_probable_other_class() -> None:
    # Neither the given class's probability alone nor the margin gives this order.
    labels = np.array([0, 0, 1, 1, 0])
    probabilities = np.array([[0.9, 0.05, 0.05], [0.2, 0.4, 0.4], [0.7, 0.3, 0], [0.1, 0.15, 0.75], [0.09, 0.18, 0.73]])
    found = find(np.arange(5), labels, probabilities)
    assert found.ids.tolist() == [4, 3, 2, 1, 0]
    assert found.likely.tolist() == [2, 2, 0, 1, 1]
    assert found.plausibility == pytest.approx([0.09 / 0.73, 0.2, 3 / 7, 0.5, 18])
    assert found.found == 3, "another class is more than twice as probable"


def test_an_unsure_network_finds_what_it_can_and_takes_no_like_classes_for_wrong() -> None:
    # As after a careful regression: never surer than 60%, and less of what was flipped. Confident learning finds none.
    unsure = np.array([[0.6, 0.2, 0.2]] * 18 + [[0.45, 0.35, 0.2]] + [[0.2, 0.55, 0.25]])
    found = find(np.arange(20), np.zeros(20, int), unsure)
    assert (found.found, found.ids[0], found.likely[0]) == (1, 19, 1)


def test_probabilities_that_round_to_nothing_are_sorted_too() -> None:
    probabilities = np.array([[1, 0], [0, 1], [1e-30, 1]], np.float32)
    found = find(np.arange(3), np.zeros(3, int), probabilities)
    assert (found.ids.tolist(), found.found) == ([1, 2, 0], 2)
    assert np.isfinite(found.plausibility).all()


def test_a_class_without_images_may_be_the_likely_one() -> None:
    probabilities = np.array([[0.2, 0.1, 0.7], [0.1, 0.8, 0.1]])
    found = find(np.arange(2), np.array([0, 1]), probabilities)
    assert (found.ids.tolist(), found.likely.tolist(), found.found) == ([0, 1], [2, 0], 1)


def test_cross_validated_answers_are_of_images_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    true = rng.integers(0, 3, 300)
    features = (np.eye(3)[true] + rng.normal(0, 0.2, (300, 3))).astype(np.float16)
    labels = true.copy()
    labels[:9] = (labels[:9] + 1) % 3
    told: list[tuple[int, int]] = []
    answers = cross_validated(features, labels, lambda _doing, done, total, _unit: told.append((done, total)))
    assert answers.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert set(find(np.arange(300), labels, answers).ids[:9]) == set(range(9))
    assert told[-1] == (5, 5)

    # Features that tell each image's label by heart are of no use for one that was left out.
    by_heart = np.eye(60, dtype=np.float16)
    noise = rng.integers(0, 2, 60)
    assert np.mean(cross_validated(by_heart, noise).argmax(axis=1) == noise) < 0.8


def test_a_class_of_two_images_is_divided_too() -> None:
    features = np.random.default_rng(1).normal(0, 1, (22, 4))
    labels = np.array([0] * 20 + [2] * 2)
    answers = cross_validated(features, labels)
    assert answers.shape == (22, 3)
    assert np.all(answers[:, 1] == 0)


def test_it_can_be_cancelled() -> None:
    def cancel(*_: object) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        label_errors.cross_validated(np.zeros((10, 2)), np.array([0, 1] * 5), cancel)
