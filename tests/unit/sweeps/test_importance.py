"""Which setting matters, and how sure that is."""

import math
import random
from pathlib import Path

import pytest

from core.charts import sweep_figures
from core.recipes.recipe import find_recipe
from core.sweeps import importance
from core.sweeps.trials import Repeat, Trial
from core.sweeps.variation import parse_all

VARIED = parse_all(
    ["optimiser.learning_rate=log:1e-4..1e-1", "fit.batch_size=32,64,128", "fit.epochs=3..9"],
    find_recipe("digits-dense"),
)


def trials(count: int, *, flat: bool = False) -> list[Trial]:
    draw = random.Random(1)  # noqa: S311 no secret
    made = []
    for number in range(count):
        rate = 10 ** draw.uniform(-4, -1)
        values = {
            "optimiser.learning_rate": rate,
            "fit.batch_size": draw.choice((32, 64, 128)),
            "fit.epochs": draw.randint(3, 9),
        }
        figure = 0.5 if flat else 0.9 - 0.1 * abs(math.log10(rate) + 2)
        made.append(Trial(number, values, {0: Repeat(0, f"r{number}", "finished", figure)}, 1))
    return made


def test_what_decides_is_found_with_its_uncertainty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importance, "_RESAMPLES", 4)
    found = importance.find(VARIED, trials(16), 0)
    assert found is not None
    first = found.settings[0]
    assert first.name == "optimiser.learning_rate"
    assert first.share > 0.6
    assert all(each.low <= each.share <= each.high for each in found.settings)
    assert found.settings[0].low > found.settings[1].high, "surely the first"
    importance.keep(tmp_path, found)
    assert importance.read(tmp_path) == found
    (tmp_path / importance.FILE).write_text('{"trials": "x"}')
    assert importance.read(tmp_path) is None
    assert len(sweep_figures.importance_bars(found).data[0].x) == 3


def test_where_nothing_can_be_told_nothing_is() -> None:
    assert importance.find(VARIED, trials(9), 0) is None, "too few"
    assert importance.find(VARIED[:1], trials(12), 0) is None, "one setting"
    assert importance.find(VARIED, trials(12, flat=True), 0) is None, "all the same"


def test_the_axes_have_a_place_for_each_value() -> None:
    chart = sweep_figures.parallel_coordinates(VARIED, trials(5), "accuracy")
    rate, batch, epochs, figure = chart.data[0].dimensions
    assert rate.range == (-4, -1)
    assert list(rate.ticktext) == ["0.0001", "0.001", "0.01", "0.1"]
    assert list(batch.ticktext) == ["32", "64", "128"]
    assert epochs.range == (3, 9)
    assert figure.label == "accuracy"
    assert len(figure.values) == 5
    sweep_figures.parallel_coordinates(VARIED, trials(3, flat=True), "loss", dark=True)
