"""What is measured of samples: on sheets made up to be good, collapsed, copied and noise."""

import numpy as np
import pytest

from core.datasets.sources import catalogue
from core.generation.measures import Judge
from core.generation.noise import sheet_labels

LABELS = sheet_labels(10)


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    dataset = catalogue.open_dataset("digits")
    return np.asarray(dataset.images[...]), np.asarray(dataset.labels[...])


@pytest.fixture(scope="module")
def judge(digits: tuple[np.ndarray, np.ndarray]) -> Judge:
    images, labels = digits
    return Judge(images[:1000], labels[:1000], images[1000:1300], 10)


def of_classes(digits: tuple[np.ndarray, np.ndarray], first: int, last: int, asked: np.ndarray = LABELS) -> np.ndarray:
    """Return images between two positions, one of each class that is asked for, no two the same."""
    images, labels = digits
    mixed = first + np.random.default_rng(0).permutation(last - first)
    places = {label: mixed[labels[mixed] == label] for label in range(10)}
    return images[[places[label][np.sum(asked[:number] == label)] for number, label in enumerate(asked)]]


def test_real_images_measure_as_real(digits: tuple[np.ndarray, np.ndarray], judge: Judge) -> None:
    found = judge.measure(of_classes(digits, 1300, 1797), LABELS)
    assert found.recognised > 0.9
    assert found.diversity == pytest.approx(1, abs=0.15)
    assert found.nearest == pytest.approx(1, abs=0.2)
    assert max(found.class_shares) < 0.2
    assert sum(found.class_shares) == pytest.approx(1)


def test_one_class_for_all_shows_in_the_shares(digits: tuple[np.ndarray, np.ndarray], judge: Judge) -> None:
    ones = of_classes(digits, 0, 1797, np.ones_like(LABELS))
    found = judge.measure(ones, LABELS)
    assert found.class_shares[1] > 0.9
    assert found.recognised < 0.2


def test_one_image_of_each_class_over_and_over_is_not_diverse(
    digits: tuple[np.ndarray, np.ndarray], judge: Judge
) -> None:
    found = judge.measure(of_classes(digits, 1300, 1797)[LABELS.astype(int) * 5], LABELS)
    assert found.diversity == pytest.approx(0, abs=1e-3)
    assert found.recognised > 0.7


def test_copies_are_near_and_noise_is_far(digits: tuple[np.ndarray, np.ndarray], judge: Judge) -> None:
    assert judge.measure(of_classes(digits, 0, 1000), LABELS).nearest < 0.05
    noise = np.random.default_rng(0).integers(0, 256, (50, 8, 8, 1)).astype(np.uint8)
    assert judge.measure(noise, LABELS).nearest > 1.6


def test_few_and_equal_images_are_measured_without_a_warning() -> None:
    images = np.zeros((3, 8, 8, 3), np.uint8)
    judge = Judge(images, np.array([0, 0, 1]), images[:0], 3)
    found = judge.measure(images, np.array([0, 1, 2]))
    assert np.isfinite([found.recognised, found.diversity, found.nearest]).all()
