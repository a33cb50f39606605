"""What is told of a number's products."""

import numpy as np
import pytest

from core.lessons.products import told
from core.nn.inference.layers import Products


def test_a_window_shows_the_channel_that_counts_most() -> None:
    rng = np.random.default_rng(0)
    given, weights = rng.normal(size=(3, 3, 4)), rng.normal(size=(3, 3, 4))
    weights[..., 2] *= 9
    total = float((given * weights).sum()) + 0.5
    found = told(Products(given, weights, 0.5, total, max(total, 0.0), "relu", ""))
    assert (found.channel, found.count) == (2, 36)
    assert sum(seen * weight for row in found.window for seen, weight in row) == pytest.approx(found.within)
    assert found.sum + found.bias == pytest.approx(found.total)
    assert found.terms == []


def test_without_a_window_the_largest_products_are_told() -> None:
    given, weights = np.ones((1, 1, 20)), np.arange(20.0).reshape(1, 1, 20)
    found = told(Products(given, weights, 0.0, 190.0, 190.0, "linear", ""))
    assert found.window == []
    assert [at for at, _, _ in found.terms] == list(range(19, 11, -1))


def test_pooling_multiplies_nothing_and_odd_numbers_are_told_as_none() -> None:
    found = told(Products(np.full((2, 2, 1), np.nan), None, 0.0, np.nan, np.nan, "linear", "max"))
    assert (found.count, found.pooled, found.value) == (0, "max", 0)
    assert found.window == [[(0, 1), (0, 1)]] * 2
