"""Figures: what is plotted is what was given, and gaps stay gaps."""

import pytest

from core import figures


def batch(epoch: float, loss: float | None) -> dict[str, object]:
    return {"kind": "batch", "epoch": epoch, "loss": loss, "accuracy": 0.5}


def test_a_curve_holds_batches_and_epochs() -> None:
    epochs = [{"kind": "epoch", "epoch": 1.0, "loss": 0.8, "accuracy": 0.7, "val_loss": 0.9, "val_accuracy": 0.6}]
    curve = figures.curve_data([batch(0.5, 2.0), batch(1.0, 1.0), *epochs], "loss", 3)
    now, training, validation = curve.lines
    assert (now.epochs, now.values) == ([0.5, 1.0], [2.0, 1.0])
    assert (training.values, validation.values) == ([0.8], [0.9])
    traces = figures.curve(curve).data
    assert [(list(trace.x), list(trace.y)) for trace in traces] == [(line.epochs, line.values) for line in curve.lines]


def test_a_curve_without_records_is_empty() -> None:
    curve = figures.curve_data([], "accuracy", 3)
    assert all(not line.epochs for line in curve.lines)
    figures.curve(curve)


@pytest.mark.parametrize("losses", [[0.3], [0.3, 0.3], [2.3, 0.001, None, 0.0], [250.0, 240.0]])
def test_all_that_can_be_drawn_and_a_tick_lie_on_the_axis_of_losses(losses: list[float | None]) -> None:
    curve = figures.curve_data([batch(number, loss) for number, loss in enumerate(losses)], "loss", 3)
    low, high = (10**end for end in curve.range)
    assert all(low < loss < high for loss in losses if loss)
    assert any(low < tick < high for tick in curve.ticks)


def test_many_points_become_few_with_the_same_mean_and_the_last_end() -> None:
    records = [batch(number / 100, float(number)) for number in range(1, 5001)]
    points = figures.thinned(records, "loss")
    assert 300 < len(points) <= 600
    assert points[-1][0] == 50.0
    assert points[0] == (0.09, 5.0)


def test_a_loss_that_is_not_finite_is_a_gap() -> None:
    assert figures.thinned([batch(0.1, 2.0), batch(0.2, None), batch(0.3, 1.0)], "loss")[1] == (0.2, None)


def test_ten_class_colours_differ() -> None:
    assert len(set(figures.CLASS_COLOURS)) == 10
