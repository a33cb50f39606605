"""The check of labels before any training, on features that tell what each image shows."""

from pathlib import Path

import numpy as np
import pytest

from core.datasets.audit.findings import INFO, PASSED, WARNING
from core.datasets.features import label_check, outliers
from core.datasets.features.label_check import AGAIN, ALIKE, ERRORS, OUTLIERS
from core.datasets.store import Dataset, DatasetError
from core.storage.progress import Cancelled
from tests.unit.photos import array_set

RNG = np.random.default_rng(4)
NAMES = ("cat", "dog", "wolf")


def labelled(labels: list[int]) -> Dataset:
    return array_set(f"pets-{len(labels)}", RNG.integers(0, 256, (len(labels), 2, 2, 1), np.uint8), labels, NAMES)


def features_of(shown: np.ndarray) -> np.ndarray:
    return (np.eye(3)[shown] + RNG.uniform(0, 0.1, (len(shown), 3))).astype(np.float16)


def test_flipped_labels_are_found_and_the_reachable_accuracy_told(data_home: Path) -> None:
    shown = np.arange(120) % 3
    labels = shown.copy()
    labels[[5, 50, 77]] = (labels[[5, 50, 77]] + 1) % 3
    dataset = labelled(labels.tolist())
    assert label_check.load(dataset) is None
    made = label_check.check(dataset, features_of(shown))
    assert sorted(made.errors.ids[:3]) == [5, 50, 77]
    assert np.array_equal(made.errors.likely[:3], shown[made.errors.ids[:3]])
    assert (made.errors.found, made.accuracy) == (3, 117 / 120)
    assert made.guessing == np.bincount(labels).max() / 120
    assert made.interval[0] < made.accuracy < made.interval[1]

    kept = label_check.load(dataset)
    assert kept is not None
    errors, alike, unlike, again = label_check.findings(dataset, kept)
    assert (errors.key, errors.severity, sorted(errors.ids)) == (ERRORS, INFO, [5, 50, 77])
    assert (alike.key, alike.severity) == (ALIKE, PASSED)
    assert unlike.key == OUTLIERS
    assert (again.key, again.severity) == (AGAIN, PASSED)
    assert label_check.finding(dataset, ERRORS) == errors
    assert label_check.finding(dataset, "leak") is None
    said = label_check.report(dataset, kept, 2)
    assert "gets 97.5% of the labels right" in said
    assert f"image {errors.ids[0]}: labeled {NAMES[labels[errors.ids[0]]]}, more likely" in said
    assert "… and 1 more" in said
    (dataset.folder / "label-check.npz").write_bytes(b"torn")
    assert label_check.load(dataset) is None


def test_classes_that_look_the_same_are_named_with_their_images(data_home: Path) -> None:
    labels = np.arange(150) % 3
    vectors = features_of(np.minimum(labels, 1))
    labels[0] = 1
    dataset = labelled(labels.tolist())
    made = label_check.check(dataset, vectors)
    errors, alike, *_ = label_check.findings(dataset, made)
    assert alike.severity == WARNING
    assert alike.sentence.startswith("dog and wolf: ")
    assert alike.ids
    assert set(labels[list(alike.ids)]) <= {1, 2}
    assert errors.ids == (0,)
    assert f"the model, which gets {made.accuracy:.1%} right" in errors.sentence


def test_a_class_of_one_image_is_left_out_and_a_single_class_refused(data_home: Path) -> None:
    labels = [0, 1] * 10 + [2]
    made = label_check.check(labelled(labels), features_of(np.array(labels)))
    assert 20 not in made.errors.ids
    with pytest.raises(DatasetError, match="pets-10 cannot be checked: at least two classes"):
        label_check.check(labelled([0] * 9 + [1]), features_of(np.zeros(10, int)))


def test_it_can_be_cancelled_and_keeps_nothing(data_home: Path) -> None:
    def cancel(*_: object) -> None:
        raise Cancelled

    dataset = labelled([0, 1] * 10)
    with pytest.raises(Cancelled):
        label_check.check(dataset, features_of(np.array([0, 1] * 10)), cancel)
    assert label_check.load(dataset) is None


def test_images_unlike_all_others_are_found_the_strangest_first(
    data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = features_of(np.arange(200) % 3).astype(np.float32)
    vectors = np.hstack([vectors, np.zeros((200, 4), np.float32)])
    for place, strange in enumerate((17, 150)):
        vectors[strange] = 0
        vectors[strange, 3 + place] = 1
    vectors[150, 0] = 0.3
    for among in (10_000, 90):
        monkeypatch.setattr(outliers, "_AMONG", among)
        assert outliers.find(vectors).tolist() == [17, 150]
    assert outliers.find(vectors[:30]).tolist() == [], "too few to tell"
    assert outliers.find(np.ones((100, 3), np.float32)).tolist() == [], "all alike"
    dataset = labelled((np.arange(200) % 3).tolist())
    label_check.check(dataset, vectors.astype(np.float16))
    found = label_check.finding(dataset, OUTLIERS)
    assert found is not None
    assert (found.severity, found.ids) == (INFO, (17, 150))
