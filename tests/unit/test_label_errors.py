"""Confident learning, on made cases whose wrong labels are known."""

import numpy as np
import pytest

from core import label_errors
from core.label_errors import confident_classes, cross_validated, find
from core.progress import Cancelled


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
    assert np.all(np.diff(found.margins[: found.found]) >= 0)
    assert np.all(found.margins[:30] < 0)
    assert sorted(found.ids) == ids.tolist()


def test_a_class_that_the_network_is_seldom_sure_of_needs_less_to_be_taken_for_it() -> None:
    # Worked out by hand: the thresholds are 0.9 for class 0 and 0.5 for class 1.
    labels = np.array([0, 0, 1, 1, 0])
    probabilities = np.array([[0.95, 0.05], [0.95, 0.05], [0.5, 0.5], [0.5, 0.5], [0.8, 0.2]])
    assert probabilities[labels == 0, 0].mean() == pytest.approx(0.9)
    assert confident_classes(labels, probabilities).tolist() == [0, 0, 1, 1, -1]
    found = find(np.arange(5), labels, probabilities)
    assert found.joint.tolist() == [[2, 0], [0, 2]]
    assert found.found == 0
    assert found.ids.tolist()[:2] == [2, 3], "without any that is surely wrong, the least sure come first"


def test_a_class_without_pictures_is_no_candidate() -> None:
    probabilities = np.array([[0.2, 0.1, 0.7], [0.1, 0.8, 0.1]])
    assert confident_classes(np.array([0, 1]), probabilities).tolist() == [0, 1]
    assert find(np.arange(2), np.array([0, 1]), probabilities).joint.shape == (3, 3)


def test_cross_validated_answers_are_of_pictures_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
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

    # Features that tell each picture's label by heart are of no use for one that was left out.
    by_heart = np.eye(60, dtype=np.float16)
    noise = rng.integers(0, 2, 60)
    assert np.mean(cross_validated(by_heart, noise).argmax(axis=1) == noise) < 0.8


def test_a_class_of_two_pictures_is_divided_too() -> None:
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
