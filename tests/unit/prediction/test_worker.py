"""What the worker is asked for, where a run has no network for it."""

from pathlib import Path

import numpy as np
import pytest

from core import runs
from core.nn.inference import models
from core.prediction import samples, worker
from core.recipes.recipe import find_recipe
from core.runs import RunError
from tests.unit.made_samples import made_generating_run


def test_a_run_that_makes_images_is_not_asked_to_classify(data_home: Path) -> None:
    with pytest.raises(RunError, match="makes images and classifies none"):
        worker.WorkerCall(made_generating_run(), models.predict, np.zeros((1, 8, 8, 1), np.uint8))


def test_a_run_without_its_network_says_when_there_will_be_one(data_home: Path) -> None:
    with pytest.raises(RunError, match="no network yet"):
        worker.WorkerCall(runs.create(find_recipe("digits-cnn")), models.predict, np.zeros((1, 8, 8, 1), np.uint8))
    run = made_generating_run()
    assert not samples.can_sample(run)
    with pytest.raises(RunError, match="no network yet"):
        samples.walked(run, 1, 2, 0, 3)
