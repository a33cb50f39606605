"""What is made of a training picture by those who did not learn it: kept with the run as `training_labels.npz`.

A network that trained on a wrong label may have learned it by heart. So what it makes of the pictures, before its last
layer, is given to a logistic regression, cross-validated: each picture is judged by one that was fitted without it.

Only that last step is cross-validated. The layers before it learned from all labels; where they separate a picture by
heart, its wrong label stays hidden. To train the network anew for each fold would take as many trainings as there are
folds; `bench/label_errors.py` measures what this finds without: 93% of 3% flipped labels, after the recipe mnist-fast.
"""

import zipfile
from pathlib import Path

import numpy as np

from core import home, jobs, label_errors
from core.errors import storing
from core.evaluation import Predictions
from core.explaining import subject
from core.jobs import Job
from core.progress import Progress
from core.runs import Run, RunError


def kept(run: Run) -> Predictions | None:
    """Return what was predicted for the training pictures; `None` when that has yet to be done.

    What was made of another network than the run's `model.keras` does not count.
    """
    path = _file(run)
    try:
        if path.stat().st_mtime_ns < (run.folder / "model.keras").stat().st_mtime_ns:
            return None
        with np.load(path, allow_pickle=False) as arrays:
            return Predictions(arrays["ids"], arrays["labels"], arrays["probabilities"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def judge(run: Run, features: np.ndarray, progress: Progress) -> Predictions:
    """Predict the training pictures by cross-validation, and keep that.

    Args:
        run: whose training pictures, with the labels that it was given.
        features: of all pictures of its data set, float `(n, d)`.
        progress: told which part is done.

    Raises:
        RunError: there are too few pictures, or the data set has changed.
        DatasetError: the data set is gone.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    divided = subject.parts_of(run)
    ids, labels = divided.train, divided.labels[divided.train]
    if min(np.unique(labels, return_counts=True)[1], default=0) < label_errors.FEWEST or len(np.unique(labels)) < 2:
        raise RunError(
            f"The labels of {run.about.title} cannot be judged: at least two classes with {label_errors.FEWEST} "
            "training pictures each are needed."
        )
    probabilities = np.zeros((len(ids), len(run.about.class_names)), np.float32)
    found = label_errors.cross_validated(features[ids].astype(np.float32), labels, progress)
    probabilities[:, : found.shape[1]] = found
    with storing(f"what was found on the labels of {run.name}"), home.replacing(_file(run)) as beside:
        np.savez(beside, ids=ids, labels=labels, probabilities=probabilities)
    return Predictions(ids, labels, probabilities)


def start(run: Run) -> Job:
    """Start the job that judges the labels, or return the one that is going on.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    return jobs.start(job_key(run), "core.nn.features:judge_labels", {"name": run.name})


def job_key(run: Run) -> str:
    """Return the key of that job."""
    return f"labels-{run.name}"


def _file(run: Run) -> Path:
    return run.folder / "training_labels.npz"
