"""Curves: what is drawn is what was given, gaps stay gaps, and ten thousand records stay few points."""

from pathlib import Path

import pytest

from core.charts import training_curves
from core.recipes.schedules import Cosine
from core.runs.records import GrowingRecords, added


def batch(epoch: float, loss: float | None, rate: float = 0.001) -> dict[str, object]:
    return {"kind": "batch", "epoch": epoch, "loss": loss, "accuracy": 0.5, "learning_rate": rate}


def end(epoch: float, val_loss: float | None) -> dict[str, object]:
    values = {"loss": 0.8, "accuracy": 0.7, "val_loss": val_loss, "val_accuracy": 0.6}
    return {"kind": "epoch", "epoch": epoch, **values}


def test_curves_hold_batches_and_epochs_and_mark_the_best() -> None:
    records = [batch(0.5, 2.0), batch(1.0, 1.0), end(1.0, 0.9), batch(2.0, 0.5, 0.0005), end(2.0, 1.1), end(3.0, None)]
    loss, accuracy, batches, rate = training_curves.run_curves(records, 3)
    now, training, validation = loss.lines
    assert (now.x, now.y) == ([0.5, 1.0, 2.0], [2.0, 1.0, 0.5])
    assert (training.y, validation.y) == ([0.8] * 3, [0.9, 1.1, None])
    assert loss.best == accuracy.best == 1.0
    assert batches.lines[0].y == [2.0, 1.0, 0.5]
    assert rate.lines[0].y == [0.001, 0.001, 0.0005]
    assert rate.strip
    assert [line.markers for line in loss.lines] == [False, True, True], "a point an epoch is marked"


def test_curves_without_records_are_empty() -> None:
    for curve in training_curves.run_curves([], 3):
        assert all(not line.x for line in curve.lines)
        assert curve.best is None


def test_older_records_without_a_learning_rate_are_drawn() -> None:
    old = {"kind": "batch", "epoch": 0.5, "loss": 1.0, "accuracy": 0.5}
    assert training_curves.run_curves([old], 3)[3].lines[0].x == []


@pytest.mark.parametrize(
    "losses", [[0.3], [0.3, 0.3], [0.06, 0.18], [2.3, 0.001, None, 0.0], [250.0, 240.0], [3e12, 2.3]]
)
def test_all_that_can_be_drawn_and_two_ticks_lie_on_the_axis_of_losses(losses: list[float | None]) -> None:
    curve, *_ = training_curves.run_curves([batch(number, loss) for number, loss in enumerate(losses)], 3)
    assert curve.range is not None
    low, high = (10**end for end in curve.range)
    assert all(low < loss < high for loss in losses if loss)
    assert sum(low < tick < high for tick in curve.ticks) > 1


@pytest.mark.parametrize("accuracies", [[1.0], [0.9, 1.0], [0.0], [0.0, 1.0], [0.998, 1.0]])
def test_no_share_beyond_all_or_below_none_is_on_the_axis(accuracies: list[float]) -> None:
    _, curve, *_ = training_curves.run_curves(
        [{**batch(each, 0.1), "accuracy": share} for each, share in enumerate(accuracies)], 3
    )
    assert curve.range is not None
    low, high = curve.range
    step = (high - low) / 20
    assert -step < low < min(accuracies) <= max(accuracies) < high < 1 + step


def test_many_points_become_few_with_the_same_mean_the_last_end_and_a_band() -> None:
    records = [batch(number / 100, float(number)) for number in range(1, 10_001)]
    line = training_curves.thin(records, "loss", "", "")
    assert 300 < len(line.x) <= 600
    assert line.x[-1] == 100.0
    assert (line.x[0], line.y[0], line.lows[0], line.highs[0]) == (0.17, 9.0, 1.0, 17.0)
    loss, _, batches, rate = training_curves.run_curves(records, 100)
    assert batches.lines[0].lows == line.lows
    assert not loss.lines[0].lows and not rate.lines[0].lows, "a band would hide the lines behind it"


def test_a_loss_that_is_not_finite_is_a_gap() -> None:
    assert training_curves.thin([batch(0.1, 2.0), batch(0.2, None), batch(0.3, 1.0)], "loss", "", "").y[1] is None


def test_a_schedule_is_drawn_from_the_optimisers_rate_to_its_end() -> None:
    (drawn,) = training_curves.schedule_figure(Cosine(), 0.1, 5).data
    assert (drawn.x[0], drawn.x[-1]) == (0, 5)
    assert (drawn.y[0], drawn.y[-1]) == (0.1, pytest.approx(0))


def test_records_that_grow_are_read_on_and_a_file_that_is_cut_back_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"

    def write(*epochs: int, rest: str = "") -> None:
        path.write_text("".join(f'{{"kind": "batch", "epoch": {epoch}}}\n' for epoch in epochs) + rest)

    def read() -> list[int]:
        return [record["epoch"] for record in records.now()]

    records = GrowingRecords(path)
    assert records.now() == []
    write(1, 2, rest='{"kind"')
    assert records.now() == [{"kind": "batch", "epoch": 1}, {"kind": "batch", "epoch": 2}]
    write(1, 2, 3, rest="no json\n[1]\n{}\n")
    assert read() == [1, 2, 3]
    write(1)
    assert read() == [1]
    write(1, 5, 6)
    read()
    write(1, 5, 8, 9)
    assert read() == [1, 5, 8, 9]
    write(7, 8, 9, 10)
    assert read() == [7, 8, 9, 10]


def test_new_points_are_those_that_the_curves_have_of_their_records() -> None:
    records = [batch(0.5, 2.0), batch(1.0, None), end(1.0, 1.5)]
    drawn = training_curves.run_curves(records, 3)
    wanted = {
        (chart, line, x, y)
        for chart, each in enumerate(drawn[:2])
        for line, its in enumerate(each.lines)
        for x, y in zip(its.x, its.y, strict=True)
    }
    assert set(training_curves.new_points(records)) == wanted


def test_what_was_added_is_read_from_where_the_last_reading_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "metrics.jsonl"
    line = '{"kind": "batch", "epoch": 1}\n'
    assert added(path, 0) == (0, [])
    path.write_text(line + line + line[:9])
    assert added(path, -1) == (2 * len(line) + 9, [])
    assert added(path, len(line)) == (2 * len(line), [{"kind": "batch", "epoch": 1}])
    assert added(path, 2 * len(line)) == (2 * len(line), []), "a line that is still being written"
    path.write_text("no json\n" + line)
    assert added(path, 0) == (8 + len(line), [{"kind": "batch", "epoch": 1}]), "a damaged line is left out"
    assert added(path, 1000) == (8 + len(line), []), "the file was cut"
    monkeypatch.setattr("core.runs.records._MOST_ADDED", len(line))
    assert added(path, 0) == (8 + len(line), []), "too much to be told at once"
