"""Measuring a slice of a run's loss, as a job: only TensorFlow knows how."""

import os
import time
from typing import Any

import numpy as np

from core import runs
from core.evaluation import loss_slice
from core.evaluation.explaining import subject
from core.evaluation.loss_slice import MOST_IMAGES, SIDE, LossSlice, Plane
from core.nn.tensorflow_import import import_keras
from core.runs import Run, RunError, kept_epochs
from core.runs.kept_epochs import KeptEpochError
from core.storage.progress import Progress
from core.training.data import prepared_images

_FEWEST_STOPS = 3
_LONGEST_S = 3600
# Keras's own clipping, and what is no number: a loss beyond all others.
_SMALLEST = 1e-7
_MOST_LOSS = float(-np.log(_SMALLEST))


def measure(name: str, progress: Progress) -> dict[str, int]:
    """Measure and keep the slice of a run's loss; return at how many `points`.

    Raises:
        RunError: there is no such run or it has no network, or measuring would take more than an hour.
        DatasetError: the dataset is gone or has changed.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    run = runs.find(name)
    file = loss_slice.file_of(run)
    progress("preparing the images", 0, 0, "")
    parts = subject.parts_of(run)
    ids = parts.validation if len(parts.validation) else parts.test
    ids = np.sort(ids[np.linspace(0, len(ids) - 1, min(MOST_IMAGES, len(ids))).round().astype(int)])
    images = np.asarray(prepared_images(runs.dataset_of(run), run.recipe.steps)[ids])
    progress("starting TensorFlow", 0, 0, "")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import_keras()
    from core.nn.inference import models

    try:
        model = models.load(str(run.folder))
    except (OSError, ValueError) as error:
        raise RunError(f"The network of the run {run.name} cannot be read. Train it again.") from error
    plane, epochs = _plane(run, model)
    losses = _measured(model, plane, images, np.asarray(parts.labels[ids], np.int64), progress)
    loss_slice.keep(run, file, LossSlice(losses, plane.trail, np.array(epochs), len(ids)))
    return {"points": losses.size}


def _plane(run: Run, model: Any) -> tuple[Plane, list[int]]:
    """Return where the slice lies, and the epochs along its trail; the statistics of batch normalisation stay."""
    last = [np.asarray(each) for each in model.trainable_variables]
    names = {id(each): place for place, each in enumerate(model.weights)}
    places = [names[id(each)] for each in model.trainable_variables]
    path, epochs = [], []
    for epoch in kept_epochs.epochs(run):
        try:
            kept = kept_epochs.read(run.folder, epoch)
        except KeptEpochError:
            continue
        # Where only what follows a frozen network trained, they are those of its last layers.
        missing = len(model.weights) - len(kept)
        found = [kept[place - missing] for place in places if place >= missing]
        if [each.shape for each in found] == [each.shape for each in last]:
            path.append(_flat(found))
            epochs.append(epoch)
    if len(path) + 1 < _FEWEST_STOPS:
        return loss_slice.by_chance(last), [-1]
    return loss_slice.by_trail(np.array([*path, _flat(last)])), [*epochs, -1]


def _flat(weights: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([each.ravel() for each in weights]).astype(np.float64)


def _measured(model: Any, plane: Plane, images: np.ndarray, labels: np.ndarray, progress: Progress) -> np.ndarray:
    """Return the mean loss at each point of the plane, float32 `(SIDE, SIDE)`."""
    import tensorflow as tf

    answer = tf.function(lambda batch: model(batch, training=False))
    shapes = [tuple(each.shape) for each in model.trainable_variables]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]
    portions = [(images[at : at + 64].astype(np.float32), labels[at : at + 64]) for at in range(0, len(images), 64)]

    def loss_at(x: float, y: float) -> float:
        weights = np.split(plane.middle + x * plane.directions[0] + y * plane.directions[1], ends)
        for variable, value, shape in zip(model.trainable_variables, weights, shapes, strict=True):
            variable.assign(value.reshape(shape).astype(np.float32))
        lost = []
        for batch, wanted in portions:
            given = np.nan_to_num(np.asarray(answer(batch), np.float64))[np.arange(len(wanted)), wanted]
            lost.append(-np.log(np.clip(given, _SMALLEST, 1)))
        return min(float(np.concatenate(lost).mean()), _MOST_LOSS)

    loss_at(0, 0)
    begun = time.monotonic()
    loss_at(0, 0)
    expected = (time.monotonic() - begun) * SIDE**2
    if expected > _LONGEST_S:
        raise RunError(
            f"Measuring this network at {SIDE**2} points would take about {expected / 3600:.0f} hours. Choose a run "
            "with a smaller network or smaller images."
        )
    losses = np.zeros((SIDE, SIDE), np.float32)
    along = np.linspace(-1, 1, SIDE).tolist()
    for row, y in enumerate(along):
        for column, x in enumerate(along):
            losses[row, column] = loss_at(x, y)
            progress("measuring the loss", row * SIDE + column + 1, SIDE**2, "points")
    return losses
