"""Drawing by group: no group is divided, classes keep their shares as well as groups allow, and it is seeded."""

import numpy as np
import pytest

from core.datasets.grouped import grouped


def test_no_group_is_divided_and_classes_keep_their_shares() -> None:
    rng = np.random.default_rng(3)
    for seed in range(40):
        # Patients with 1 to 12 images, each mostly of one of four classes.
        groups = np.repeat(np.arange(150), rng.integers(1, 13, 150))
        usual = rng.integers(0, 4, 150)[groups]
        labels = np.where(rng.random(len(groups)) < 0.8, usual, rng.integers(0, 4, len(groups)))
        drawn = np.zeros(len(groups), bool)
        drawn[grouped(labels, groups, 0.2, seed)] = True
        shares = np.bincount(groups, weights=drawn) / np.bincount(groups)
        assert set(shares) == {0, 1}, "each group is on one side"
        by_class = np.bincount(labels, weights=drawn) / np.bincount(labels)
        assert by_class == pytest.approx(np.full(4, 0.2), abs=0.02)


def test_images_without_a_group_are_drawn_one_by_one() -> None:
    labels, groups = np.repeat([0, 1], 50), np.full(100, -1)
    groups[:10] = 7
    drawn = grouped(labels, groups, 0.2, 0)
    assert np.bincount(labels[drawn]).tolist() == [10, 10]
    assert len({*range(10)} & {*drawn.tolist()}) in (0, 10)
    assert np.array_equal(drawn, grouped(labels, groups, 20, 0)), "a number is a share"
    assert not np.array_equal(drawn, grouped(labels, groups, 0.2, 1)), "another seed draws others"
    assert np.array_equal(drawn, grouped(labels, groups, 0.2, 0))


def test_both_sides_have_images_wherever_there_are_two_groups() -> None:
    labels = np.array([0, 0, 1, 1])
    for size in (0.01, 0.2, 0.5, 0.95):
        drawn = grouped(labels, np.array([0, 0, 1, 1]), size, 0)
        assert 0 < len(drawn) < 4
    with pytest.raises(ValueError, match="one group"):
        grouped(labels, np.zeros(4, int), 0.5, 0)


def test_a_class_of_one_group_stays_where_it_can_be_learned() -> None:
    labels = np.repeat([0, 1], [30, 8])
    groups = np.append(np.arange(30), np.full(8, 99))
    assert (labels[grouped(labels, groups, 0.2, 4)] == 0).all()
