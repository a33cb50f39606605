"""What is made of a training image by those who did not learn it: kept with the run as `training_labels.npz`.

A network that trained on a wrong label may have learned it by heart. So what it makes of the images, before its last
layer, is given to a logistic regression, cross-validated: each image is judged by one that was fitted without it.

Only that last step is cross-validated. The layers before it learned from all labels; where they separate an image by
heart, its wrong label stays hidden. To train the network anew for each fold would take as many trainings as there are
folds; `bench/label_errors.py` measures what this finds without: after the recipe mnist-fast, with 4% of
MNIST's labels flipped by chance, 97% of these are among as many images as were flipped.
"""

from pathlib import Path

import numpy as np

from core import runs
from core.errors import as_storage_error
from core.evaluation import label_errors, predictions
from core.evaluation.explaining import subject
from core.evaluation.predictions import Predictions
from core.runs import Run, RunError
from core.runs.model_files import made_of_model
from core.runs.run_job import RunJob
from core.storage import checked
from core.storage.derived import DerivedFile
from core.storage.progress import Progress

JOB = RunJob("labels", "core.nn.inference.features:judge_labels")


def load(run: Run) -> Predictions | None:
    """Return what was predicted for the training images; `None` when that has yet to be done.

    What was made of another network than the run's `model.keras` does not count.
    """

    def read(path: Path) -> Predictions:
        wanted = predictions.wanted_arrays("", len(runs.dataset_of(run)))
        found = checked.read_arrays(path, wanted, sizes={"classes": len(run.about.class_names)})
        return Predictions(found["ids"], found["labels"], found["probabilities"])

    return _file(run).read(read)


def judge(run: Run, features: np.ndarray, progress: Progress) -> Predictions:
    """Predict the training images by cross-validation, and keep that.

    Args:
        run: whose training images, with the labels that it was given.
        features: of all images of its dataset, float `(n, d)`.
        progress: told which part is done.

    Raises:
        RunError: there are too few images, or the dataset has changed.
        DatasetError: the dataset is gone.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    file, divided = _file(run), subject.parts_of(run)
    ids, labels = divided.train, divided.labels[divided.train]
    if min(np.unique(labels, return_counts=True)[1], default=0) < label_errors.FEWEST or len(np.unique(labels)) < 2:
        raise RunError(
            f"The labels of {run.about.title} cannot be judged: at least two classes with {label_errors.FEWEST} "
            "training images each are needed."
        )
    probabilities = np.zeros((len(ids), len(run.about.class_names)), np.float32)
    found = label_errors.cross_validated(features[ids].astype(np.float32), labels, progress)
    probabilities[:, : found.shape[1]] = found
    with as_storage_error(f"what was found on the labels of {run.name}"), file.write() as beside:
        np.savez(beside, ids=ids, labels=labels, probabilities=probabilities)
    return Predictions(ids, labels, probabilities)


def _file(run: Run) -> DerivedFile:
    return made_of_model(run, "training_labels.npz")
