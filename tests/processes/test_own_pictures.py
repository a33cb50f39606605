"""Small sets of one's own images are trained on, as the Train page offers it."""

from dataclasses import replace
from pathlib import Path

import pytest

from core import runs
from core.datasets import decisions
from core.datasets.sources import importing
from core.evaluation import predictions
from core.recipes import suitable
from core.recipes.recipe import find_recipe
from tests.processes.trainings import ended, wait_for
from tests.unit.datasets.test_importing import image, zipped
from tests.unit.small_sets import imported


@pytest.mark.parametrize("name", ["two-by-45-photos", "three-by-8-gray", "a-class-of-two", "eight-by-eight"])
@pytest.mark.usefixtures("trained_here")
def test_an_epoch_is_trained_on_a_small_set(data_home: Path, tmp_path: Path, name: str) -> None:
    dataset = imported(name, tmp_path)
    recipe = suitable.suited(find_recipe(suitable.ADAPTING), dataset)
    run = runs.create(replace(recipe, fit=replace(recipe.fit, epochs=1)), name)
    run.start()
    status = wait_for(run, ended)
    assert (status.state, status.cause) == (runs.FINISHED, "")
    assert 0 <= status.result["test_accuracy"] <= 1


@pytest.mark.usefixtures("trained_here")
def test_images_labelled_by_people_are_trained_on_and_tested(data_home: Path, tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {f"{number}.png": image(number, (12, 10)) for number in range(30)})
    made = importing.import_images(
        importing.plan(path, importing.Choices(classes=("cat", "dog"))), name="mine", title="Mine"
    )
    for label in range(2):
        decisions.decide(made, range(label, 20, 2), decisions.RELABEL, label)
    recipe = suitable.suited(find_recipe(suitable.ADAPTING), made)
    run = runs.create(replace(recipe, fit=replace(recipe.fit, epochs=1)), "mine")
    run.start()
    status = wait_for(run, ended)
    assert (status.state, status.cause) == (runs.FINISHED, "")
    found = predictions.load(run, "test")
    assert len(found.ids) == 4
    assert found.labels.tolist() == [index % 2 for index in found.ids.tolist()], "as people labelled them"
