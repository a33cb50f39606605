"""The job that turns test images, with a network."""

from pathlib import Path

import numpy as np

from core.datasets.sources import catalogue
from core.evaluation.explaining import turned
from core.networks.layers import Dense, Flatten
from core.networks.network import Network
from core.nn.inference import models
from core.nn.inference import turned as job
from core.nn.layers.build import build_model
from core.storage.progress import quiet
from tests.unit.made_runs import made_run


def test_the_job_counts_what_the_network_has_right_at_each_angle(data_home: Path) -> None:
    run = made_run()
    build_model(Network((Flatten(), Dense(10, "softmax"))), (8, 8, 1)).save(run.folder / "model.keras")
    assert job.run(run.name, quiet) == {"images": 360}
    found = turned.load(run)
    assert found is not None
    digits = catalogue.open_dataset("digits")
    ids = digits.select("test")
    upright = models.predict(str(run.folder), np.asarray(digits.images[ids])).argmax(axis=1)
    assert found.right[found.angles.tolist().index(0)] == (upright == digits.labels[ids]).sum()
    assert found.angles.tolist() == list(turned.ANGLES)
