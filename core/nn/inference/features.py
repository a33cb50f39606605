"""The jobs that ask a run's network about every image of its dataset, and judge labels by what it makes of them."""

from collections.abc import Iterator

import numpy as np

from core import runs
from core.evaluation.explaining import features, training_labels
from core.nn.inference import models
from core.runs import Run, RunError
from core.storage.progress import Progress
from core.training.data import prepared_images

_AT_ONCE = 256


def run(name: str, progress: Progress) -> dict[str, int]:
    """Make and keep the features of a run, as a job; return how many `images` they are of.

    Raises:
        RunError: there is no such run, it has no model, or its dataset has changed.
        DatasetError: its dataset is not on this machine.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    return {"pictures": len(compute(runs.find(name), progress))}


def judge_labels(name: str, progress: Progress) -> dict[str, int]:
    """Judge the labels of a run's training images, as a job; return how many `images` were judged.

    Raises:
        RunError, DatasetError, StorageError, Cancelled: as `run` and `training_labels.judge`.
    """
    of = runs.find(name)
    return {"pictures": len(training_labels.judge(of, compute(of, progress), progress).ids)}


def compute(of: Run, progress: Progress) -> np.ndarray:
    """Return a run's features as `explaining.features.load` does; they are made where they are not there.

    It raises what `run` raises.
    """
    if (found := features.load(of)) is not None:
        return found
    if not of.has_model:
        raise RunError(f"The run {of.name} has no network yet: it is saved when the training ends.")
    images = prepared_images(runs.dataset_of(of), of.recipe.steps, progress)
    progress("starting TensorFlow", 0, 0, "")
    try:
        features.keep(of, _portions(of, images), len(images), progress)
    except ValueError as error:
        raise RunError(f"The network of the run {of.name} cannot be read. Train it again.") from error
    found = features.load(of)
    if found is None:
        raise RunError(f"The run {of.name} changed meanwhile. Start this again.")
    return found


def _portions(of: Run, images: np.ndarray) -> Iterator[np.ndarray]:
    for begin in range(0, len(images), _AT_ONCE):
        yield models.features(str(of.folder), images[begin : begin + _AT_ONCE])
