"""Dropout, penalties and batch normalisation: their effects, as the Explain page shows them."""

import numpy as np
import pytest

from core.lessons import batch_norm, dropout, penalties
from core.lessons.penalties import L1, L2

RNG = np.random.default_rng(0)


def test_scaling_keeps_the_mean_sum_and_without_it_the_share_that_stays_is_left() -> None:
    values, chances = RNG.uniform(0, 2, 300), RNG.random((2000, 300))
    kernel, bias = RNG.normal(size=(300, 3)), np.zeros(3)
    for rate in (0.0, 0.3, 0.8):
        scaled = dropout.dropped(values, kernel, bias, chances, rate)
        plain = dropout.dropped(values, kernel, bias, chances, rate, scaled=False)
        assert scaled.sums.mean() == pytest.approx(values.sum(), rel=0.01)
        assert plain.sums.mean() == pytest.approx((1 - rate) * values.sum(), rel=0.01)
        assert scaled.answers.sum(axis=1) == pytest.approx(1)


def test_a_higher_rate_leaves_out_the_same_values_and_more() -> None:
    chances = RNG.random((4, 50))
    fewer, more = (dropout.masks(chances, rate) == 0 for rate in (0.2, 0.5))
    assert (more >= fewer).all()
    assert more.sum() > fewer.sum()


def test_l1_makes_small_weights_zero_and_l2_none() -> None:
    weights = np.array([-0.5, -0.1, 0.0, 0.05, 2.0])
    assert penalties.l1_step(weights, 0.1) == pytest.approx([-0.4, 0, 0, 0, 1.9])
    assert penalties.l2_step(weights, 0.5) == pytest.approx(weights / 2)
    for step in penalties.STEPS.values():
        assert step(weights, 0.0) == pytest.approx(weights)


@pytest.mark.parametrize(("kind", "penalty"), [(L1, penalties.l1), (L2, penalties.l2)])
def test_a_contour_is_where_the_penalty_is_the_same(kind: str, penalty: object) -> None:
    assert callable(penalty)
    across, up = penalties.contour(kind, (0.3, -0.4))
    costs = [penalty(np.array(pair), 1.0) for pair in zip(across, up, strict=True)]
    assert costs == pytest.approx([penalty(np.array([0.3, -0.4]), 1.0)] * len(costs))
    corner = min(abs(each) for each in across)
    assert corner == pytest.approx(0, abs=1e-12), "the corners are among the points"


def test_the_way_of_two_weights_ends_at_an_axis_by_l1_and_on_the_line_to_zero_by_l2() -> None:
    across, up = penalties.path(L1, (0.8, 0.3), 0.5)
    assert (across[-1], up[-1]) == pytest.approx((0.3, 0.0))
    across, up = penalties.path(L2, (0.8, 0.3), 0.5)
    assert up[-1] / across[-1] == pytest.approx(0.3 / 0.8)
    assert (across[0], up[0]) == (0.8, 0.3)


def test_statistics_of_batches_are_those_of_their_values() -> None:
    values = RNG.normal(1, 2, (9, 4, 4, 3))
    means, squares = values.mean(axis=(1, 2)), np.square(values).mean(axis=(1, 2))
    found = batch_norm.of_batches(means, squares, 4)
    assert found.mean.shape == (2, 3), "a batch that is not whole is left out"
    expected = batch_norm.statistics(values[4:8])
    assert found.mean[1] == pytest.approx(expected.mean)
    assert found.variance[1] == pytest.approx(expected.variance)
