"""The jobs that ask a run's network about every picture of its data set, and judge labels by what it makes of them."""

from collections.abc import Iterator

import numpy as np

from core import runs
from core.explaining import features, training_labels
from core.explaining.subject import dataset_of
from core.nn import infer
from core.prepare import prepared_pictures
from core.progress import Progress
from core.runs import Run, RunError

_AT_ONCE = 256


def run(name: str, progress: Progress) -> dict[str, int]:
    """Make and keep the features of a run, as a job; return how many `pictures` they are of.

    Raises:
        RunError: there is no such run, it has no model, or its data set has changed.
        DatasetError: its data set is not on this machine.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    return {"pictures": len(made(runs.find(name), progress))}


def judge_labels(name: str, progress: Progress) -> dict[str, int]:
    """Judge the labels of a run's training pictures, as a job; return how many `pictures` were judged.

    Raises:
        RunError, DatasetError, StorageError, Cancelled: as `run` and `core.explaining.training_labels.judge`.
    """
    of = runs.find(name)
    return {"pictures": len(training_labels.judge(of, made(of, progress), progress).ids)}


def made(of: Run, progress: Progress) -> np.ndarray:
    """Return a run's features as `core.explaining.features.kept` does; they are made where they are not there.

    It raises what `run` raises.
    """
    if (found := features.kept(of)) is not None:
        return found
    if not of.has_model:
        raise RunError(f"The run {of.name} has no network yet: it is saved when the training ends.")
    pictures = prepared_pictures(dataset_of(of), of.recipe.steps, progress)
    progress("starting TensorFlow", 0, 0, "")
    try:
        features.keep(of, _portions(of, pictures), len(pictures), progress)
    except ValueError as error:
        raise RunError(f"The network of the run {of.name} cannot be read. Train it again.") from error
    found = features.kept(of)
    if found is None:
        raise RunError(f"The run {of.name} changed meanwhile. Start this again.")
    return found


def _portions(of: Run, pictures: np.ndarray) -> Iterator[np.ndarray]:
    for begin in range(0, len(pictures), _AT_ONCE):
        yield infer.features(str(of.folder), pictures[begin : begin + _AT_ONCE])
