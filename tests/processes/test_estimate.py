"""The estimate before a training: near what the training then takes, and told in words where there is none."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.datasets.sources import catalogue
from core.networks.layers import Conv2D, Dense, Flatten
from core.networks.network import Network
from core.recipes.recipe import Recipe, RecipeError, find_recipe
from core.storage import jobs
from core.training.estimate import Estimate, estimate
from tests.processes.trainings import begin, ended, wait_for


def asked(recipe: Recipe) -> jobs.JobStatus:
    job = jobs.start("estimate-test", "core.training.estimate:job", {"recipe": recipe.to_json(), "dataset": "digits"})
    end = time.monotonic() + 90
    while job.status().state == jobs.RUNNING and time.monotonic() < end:
        time.sleep(0.05)
    return job.status()


def test_an_estimate_is_near_what_the_training_takes(data_home: Path) -> None:
    recipe = find_recipe("digits-cnn").with_settings({"fit.epochs": 10})
    catalogue.open_dataset("digits")
    status = asked(recipe)
    assert (status.state, status.cause) == (jobs.FINISHED, "")
    found = Estimate(**status.result)
    assert tuple(found.input_shape) == (8, 8, 1)
    assert found.parameters > 10_000
    assert 0 < found.seconds_per_epoch < found.seconds
    run = begin(recipe)
    speed = wait_for(run, ended).pictures_per_second
    assert speed
    assert speed / 10 < found.pictures_per_second < 10 * speed, "whatever else the machine does"
    assert found.memory_mb == pytest.approx(run.metrics()[-1]["memory_mb"], rel=0.5)


@pytest.mark.usefixtures("jobs_done_here")
def test_what_cannot_train_is_told(data_home: Path) -> None:
    digits: Any = catalogue.open_dataset("digits")
    recipe = find_recipe("digits-dense")
    wide = Network((Flatten(), *([Dense(8192)] * 60), recipe.network.layers[-1]))
    with pytest.raises(RecipeError, match="Not enough memory"):
        estimate(replace(recipe, network=wide), digits)
    unfit = Network((Conv2D(kernel_size=15), Flatten(), recipe.network.layers[-1]))
    status = asked(replace(recipe, network=unfit))
    assert status.state == jobs.FAILED
    assert status.cause.startswith("Layer 1 (Conv2D) cannot work on what comes before it, 8 × 8 × 1.")
