"""Axes and histograms of the small plots."""

import math

import numpy as np
import pytest

from core.charts.panel import histogram, linear_axis, log_axis


@pytest.mark.parametrize(
    ("low", "high", "percent", "texts"),
    [
        (0, 1, True, ["0%", "20%", "40%", "60%", "80%", "100%"]),
        (-2, 2, False, ["−2", "−1", "0", "1", "2"]),
        (0, 0.04, True, ["0%", "1%", "2%", "3%", "4%"]),
        (0, 12000, False, ["0", "5,000", "10,000"]),
        (0.01, 0.03, False, ["0.010", "0.015", "0.020", "0.025", "0.030"]),
    ],
)
def test_round_values_are_marked(low: float, high: float, percent: bool, texts: list[str]) -> None:
    axis = linear_axis("x", low, high, percent=percent)
    assert [text for _, text in axis.ticks] == texts
    assert all(low - 1e-9 <= value <= high + 1e-9 for value, _ in axis.ticks)


@pytest.mark.parametrize(("low", "high"), [(1, 1), (3, 2), (math.nan, 1), (0, math.inf)])
def test_ends_that_are_none_still_make_an_axis(low: float, high: float) -> None:
    axis = linear_axis("x", low, high)
    assert axis.low < axis.high < math.inf
    assert axis.ticks


def test_a_logarithmic_axis_marks_what_is_on_it() -> None:
    assert log_axis("x", 1, 100, [(0.1, "a"), (1, "b"), (10, "c"), (1000, "d")]).ticks == [(1, "b"), (10, "c")]


def test_a_histogram_gives_shares_of_the_finite_values() -> None:
    middles, shares = histogram(np.array([0.1, 0.2, 0.9, 7.0, np.nan]), np.array([0.0, 0.5, 1.0]))
    assert middles == [0.25, 0.75]
    assert shares == [0.5, 0.5]
    assert histogram(np.array([]), np.array([0.0, 1.0]))[1] == [0.0]
