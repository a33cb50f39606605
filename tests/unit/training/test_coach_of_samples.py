"""What the coach says of samples: collapse, copies, noise, a discriminator that has won, or that it learns."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core import runs
from core.recipes.recipe import find_recipe
from core.runs import Status
from core.training import coach
from core.training.coach import CoachFinding
from tests.unit.made_samples import made_generating_run, write_records

NAMES = tuple("0123456789")


def said(data_home: Path, **last: Any) -> list[CoachFinding]:
    run = made_generating_run()
    write_records(run.folder, 3, **last)
    return coach.advice(run.metrics(), run.status(), run.recipe, NAMES)


def test_good_samples_look_real(data_home: Path) -> None:
    (found,) = said(data_home)
    assert found.kind == coach.LEARNING
    assert "90%" in found.sentence
    assert "50% after the first epoch" in found.sentence


@pytest.mark.parametrize(
    ("last", "kind", "words"),
    [
        ({"class_shares": [0.0, 0.82, 0.18, *[0.0] * 7]}, coach.COLLAPSED, "41 of 50 samples look like 1"),
        ({"diversity": 0.2}, coach.COLLAPSED, "differ only 20%"),
        ({"nearest": 0.1}, coach.OVERFITTING, "copies"),
        ({"nearest": 2.5}, coach.NOT_LEARNING, "2.5 times as far"),
        ({"discriminator_loss": 0.01}, coach.NOT_LEARNING, "discriminator has won"),
        ({"loss": None}, coach.DIVERGED, "NaN"),
    ],
)
def test_what_goes_wrong_is_named_with_its_evidence(
    data_home: Path, last: dict[str, Any], kind: str, words: str
) -> None:
    found = said(data_home, **last)[0]
    assert found.kind == kind
    assert words in found.sentence


def test_a_collapse_proposes_a_lower_rate_that_the_recipe_takes(data_home: Path) -> None:
    found = said(data_home, diversity=0.1)[0]
    recipe = find_recipe("gan-digits")
    assert recipe.with_settings(found.change).optimiser.learning_rate < recipe.optimiser.learning_rate


def test_records_that_lack_a_measure_say_nothing(data_home: Path) -> None:
    run = made_generating_run()
    metrics = [{name: value for name, value in each.items() if name != "nearest"} for each in run.metrics()]
    assert coach.advice(metrics, replace(Status(runs.RUNNING, 0.0)), run.recipe, NAMES) == []
