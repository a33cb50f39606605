"""The curves of a network that makes images."""

from pathlib import Path

import pytest

from core.charts.sample_figures import legend, sample_curves
from core.recipes.recipe import find_recipe
from tests.unit.made_samples import made_generating_run


@pytest.mark.parametrize(("recipe", "losses"), [("gan-digits", 2), ("flow-digits", 1)])
def test_each_loss_has_its_lines_and_samples_are_measured(data_home: Path, recipe: str, losses: int) -> None:
    run = made_generating_run(recipe)
    generator = find_recipe(recipe).generator
    assert generator
    loss, samples = sample_curves(run.metrics(), 3, generator)
    assert len(loss.lines) == 2 * losses, "now, and by epoch"
    assert loss.lines[-1].x == [1.0, 2.0, 3.0]
    assert [line.y[-1] for line in samples.lines] == pytest.approx([0.9, 0.8, 1.1])
    first, second = legend(generator)
    assert (len(first), len(second)) == (losses, 3)


def test_curves_of_a_run_that_has_told_nothing_yet_are_empty() -> None:
    generator = find_recipe("gan-digits").generator
    assert generator
    assert not any(line.x for chart in sample_curves([], 3, generator) for line in chart.lines)
