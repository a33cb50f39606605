"""A sweep is checked before anything starts."""

from pathlib import Path
from typing import Any

import psutil
import pytest

from core.recipes.recipe import find_recipe
from core.sweeps import folders as sweeps
from core.sweeps.plan import Plan, combinations
from core.sweeps.variation import SweepError, parse
from tests.unit.sweeps.made_sweeps import RATE, made_sweep


@pytest.mark.parametrize(
    ("vary", "settings", "sentence"),
    [
        ((), {}, "Nothing varies"),
        (("fit.epochs=1,2",), {"trials": 0}, "number of trials must be from 1"),
        (("fit.epochs=1,2",), {"repeats": 99}, "number of repeats must be from 1"),
        (("fit.epochs=1,2",), {"together": 99}, "together must be a whole number"),
        (("fit.epochs=1,2",), {"seed": -1}, "seed must be a whole number"),
        ((f"{RATE}=0.1..0.2",), {"sampler": "grid"}, "divide the range"),
        (("fit.epochs=1..100", "fit.batch_size=1..100"), {"sampler": "grid"}, "10,000 combinations"),
    ],
)
def test_what_cannot_be_done_is_said(
    data_home: Path, vary: tuple[str, ...], settings: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(SweepError, match=sentence):
        made_sweep(*vary, **settings)
    assert not sweeps.all_sweeps()


def test_the_test_images_choose_nothing(data_home: Path) -> None:
    recipe = find_recipe("digits-dense").with_settings({"split.validation": "test"})
    with pytest.raises(SweepError, match="validates on the test images"):
        sweeps.create(Plan(recipe.to_json(), "digits", 0.0, ("fit.epochs=1,2",)))


def test_what_does_not_fit_into_memory_is_said(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Little:
        available = 1_000_000

    monkeypatch.setattr(psutil, "virtual_memory", Little)
    with pytest.raises(SweepError, match=r"With fit.batch_size=32: Not enough memory"):
        made_sweep("fit.batch_size=32,64")


def test_a_network_that_does_not_fit_is_said(data_home: Path) -> None:
    recipe = find_recipe("digits-cnn").with_settings({"network.2.padding": "valid"})
    with pytest.raises(SweepError, match=r"With network.2.kernel_size=15 the network does not fit the images"):
        sweeps.create(Plan(recipe.to_json(), "digits", 0.0, ("network.2.kernel_size=3,15",)))


def test_a_grid_has_every_combination(data_home: Path) -> None:
    recipe = find_recipe("digits-dense")
    variations = [parse("fit.epochs=1..2", recipe), parse("fit.batch_size=32,64", recipe)]
    assert [tuple(each.values()) for each in combinations(variations)] == [(1, 32), (1, 64), (2, 32), (2, 64)]
    assert made_sweep("fit.epochs=1..2", "fit.batch_size=32,64", sampler="grid", trials=1000).plan.trials == 4
