"""The images nearest to one by their features: those that an ordinary computation finds."""

from pathlib import Path

import numpy as np
import pytest

from core.datasets.features import neighbours
from core.datasets.store import Dataset
from tests.unit.made_features import keep_features
from tests.unit.photos import array_set

RNG = np.random.default_rng(8)


def numbered(count: int) -> Dataset:
    pixels = np.arange(count, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 1), np.uint8)
    return array_set(f"{count}-images", pixels, [0] * count, "a")


def test_they_are_those_with_the_largest_cosine(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "_AT_ONCE", 7)
    dataset = numbered(30)
    # Pooled after a ReLU6: from 0 to 6, many of them 0, some so small that half floats hardly know them.
    rows = (RNG.uniform(0, 6, (30, 1280)) * (RNG.random((30, 1280)) < 0.3)).astype(np.float16)
    rows[RNG.random(rows.shape) < 0.05] = 3e-7
    keep_features(dataset, rows)
    exact = rows.astype(np.float64)
    exact /= np.linalg.norm(exact, axis=1, keepdims=True)
    for index in (0, 13, 29):
        found = neighbours.nearest(dataset, index, 5)
        assert found is not None
        cosines = np.delete(exact @ exact[index], index)
        assert found[0].tolist() == np.delete(np.arange(30), index)[np.argsort(-cosines)[:5]].tolist()
        assert found[1] == pytest.approx(np.sort(cosines)[::-1][:5], abs=1e-5)


def test_copies_come_first_and_an_image_without_features_last(data_home: Path) -> None:
    dataset = numbered(4)
    keep_features(dataset, np.array([[1, 2], [0, 0], [2, 1], [2, 4]]))
    found = neighbours.nearest(dataset, 0, 10)
    assert found is not None
    assert found[0].tolist() == [3, 2, 1]
    assert found[1] == pytest.approx([1, 0.8, 0], abs=1e-3)


def test_none_are_known_before_there_are_features_nor_beside_a_single_image(data_home: Path) -> None:
    dataset = numbered(1)
    assert neighbours.nearest(dataset, 0, 5) is None
    keep_features(dataset, np.ones((1, 2)))
    found = neighbours.nearest(dataset, 0, 5)
    assert found is not None
    assert len(found[0]) == 0
