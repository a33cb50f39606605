"""Noise: the same for the same seed, and a way between two samples that stays where noise is."""

import numpy as np
import pytest

from core.generation.noise import noise, one_hot, sheet_labels, walk


def test_noise_is_that_of_its_seed_whatever_else_is_drawn() -> None:
    np.testing.assert_array_equal(noise(3, 2, (4,)), noise(3, 9, (4,))[:2])
    assert not np.array_equal(noise(3, 2, (4,)), noise(4, 2, (4,)))
    assert noise(0, 5000, (4,)).std() == pytest.approx(1, abs=0.05)


def test_a_walk_begins_and_ends_at_its_ends_and_keeps_the_length() -> None:
    first, last = noise(0, 2, (8, 8, 1))
    way = walk(first, last, 9)
    np.testing.assert_allclose(way[0], first, atol=1e-5)
    np.testing.assert_allclose(way[-1], last, atol=1e-5)
    lengths = np.linalg.norm(way.reshape(9, -1), axis=1)
    straight = np.linalg.norm((first + last) / 2)
    assert lengths.min() > 0.9 * min(lengths[0], lengths[-1]) > straight, "the straight way leads through the middle"


@pytest.mark.parametrize("factor", [1.0, -1.0, 0.0])
def test_a_walk_where_there_is_no_one_arc_has_no_nan(factor: float) -> None:
    first = noise(0, 1, (4,))[0]
    assert np.isfinite(walk(first, factor * first, 5)).all()


@pytest.mark.parametrize(("classes", "shown", "each"), [(10, 10, 5), (2, 2, 25), (1, 1, 50), (100, 10, 5)])
def test_a_sheet_shows_some_of_each_class(classes: int, shown: int, each: int) -> None:
    labels = sheet_labels(classes)
    found, counts = np.unique(labels, return_counts=True)
    assert (len(found), set(counts)) == (shown, {each})
    assert labels.max() == classes - 1
    assert one_hot(labels, classes).sum() == len(labels)
