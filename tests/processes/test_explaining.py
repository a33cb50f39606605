"""A run's own network, asked by the worker and by jobs: where it looks, its features, and the labels judged by them."""

from pathlib import Path

import numpy as np
import pytest

from core.datasets.sources import catalogue
from core.evaluation import adam_moments, label_errors, loss_slice
from core.evaluation.explaining import features, subject, training_labels
from core.evaluation.explaining.heat import GRAD_CAM
from core.lessons import moments
from core.nn.inference import adam_moments as adam_moments_job
from core.nn.inference import loss_slice as loss_slice_job
from core.prediction import worker
from core.runs import FINISHED, Run, RunError
from core.storage import jobs
from core.storage.jobs import Job, JobStatus
from core.storage.progress import quiet
from tests.processes.trainings import begin, ended, wait_for


def done(job: Job) -> JobStatus:
    status = job.status()
    assert status.state == jobs.FINISHED, status.cause
    return status


def check_moments(run: Run) -> None:
    """The steps are those of the run, and what is computed of them is what Keras computed."""
    taken = adam_moments_job.measure(run.name, quiet)["steps"]
    found, own = adam_moments.load(run), run.recipe.optimiser.moments()
    assert found is not None
    assert own is not None
    assert found.values.shape == (len(found.names), taken)
    assert taken == found.of
    assert found.epoch == 2
    assert found.apart < 1e-3, "the weights are those that the run kept"
    for value, first, second in zip(found.values, found.first, found.second, strict=True):
        gradients = moments.gradients_of(first, own[0])
        course = moments.course(gradients, found.rates, *own)
        assert course.first == pytest.approx(first, rel=1e-5, abs=1e-12)
        assert course.second == pytest.approx(second, rel=1e-5, abs=1e-12)
        assert course.steps[:-1] == pytest.approx(np.diff(value), abs=1e-6)


@pytest.mark.usefixtures("trained_here", "jobs_done_here")
def test_the_worker_and_the_jobs_look_into_a_runs_network(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = begin("digits-cnn", epochs=2)
    assert wait_for(run, ended).state == FINISHED
    digits = catalogue.open_dataset("digits")
    index = int(digits.select("test")[0])
    image = subject.network_input(run, digits, index)
    found = worker.heat_maps(run, image, (3, 5)).wait()
    assert (found.method, found.maps.shape) == (GRAD_CAM, (2, 8, 8))
    assert found.maps.min() >= 0

    before = worker.layer_maps(run, image, 0).wait()
    assert before.probabilities.max() < worker.layer_maps(run, image).wait().probabilities.max()
    assert done(features.JOB.start(run)).result == {"pictures": len(digits)}
    kept = features.load(run)
    assert kept is not None
    asked = features.unit(worker.features(run, image[np.newaxis]).wait())
    assert kept[index] == pytest.approx(asked[0], abs=2e-3)

    train = subject.parts_of(run).train
    assert done(training_labels.JOB.start(run)).result == {"pictures": len(train)}
    judged = training_labels.load(run)
    assert judged is not None
    assert judged.accuracy > 0.8
    assert label_errors.find(judged.ids, judged.labels, judged.probabilities).found < len(train) / 10

    # Last of the jobs: it leaves other weights in this process's network.
    monkeypatch.setattr("core.nn.inference.loss_slice.SIDE", 3)
    assert loss_slice_job.measure(run.name, quiet) == {"points": 9}
    measured = loss_slice.load(run)
    assert measured is not None
    assert measured.epochs.tolist() == [0, 1, 2, -1]
    # The last epoch's weights are the final ones, and the middle of the way is better than where it began.
    assert measured.trail[2] == pytest.approx(measured.trail[3], abs=1e-4)
    assert measured.losses[1, 1] < measured.losses.max()

    check_moments(run)

    (run.folder / "model.keras").write_bytes(b"torn")
    with pytest.raises(RunError, match="cannot be read"):
        worker.heat_maps(run, image, (0,)).wait()
    (run.folder / "model.keras").unlink()
    with pytest.raises(RunError, match="no network yet"):
        worker.heat_maps(run, image, (0,))
