"""Taking a run's first steps again, as a job, to see Adam's two moments: only TensorFlow knows how."""

import math
import os
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from core import runs
from core.augmentation import Augmentation
from core.evaluation import adam_moments
from core.evaluation.adam_moments import LONGEST_S, MOST_STEPS, AdamMoments
from core.evaluation.explaining import subject
from core.nn.tensorflow_import import import_keras
from core.runs import Run, RunError, kept_epochs
from core.runs.kept_epochs import KeptEpochError
from core.storage.progress import Progress
from core.training.batches import Batches
from core.training.data import prepared_images

_KERNELS, _OF_EACH = 4, 3


def measure(name: str, progress: Progress) -> dict[str, int]:
    """Take a run's first steps again and keep the moments of some weights; return how many `steps`.

    Raises:
        RunError: there is no such run, or its steps cannot be taken again.
        DatasetError: the dataset is gone or has changed.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    run = runs.find(name)
    if said := adam_moments.problem(run):
        raise RunError(said)
    file, recipe = adam_moments.file_of(run), run.recipe
    progress("preparing the images", 0, 0, "")
    divided = subject.parts_of(run)
    images = np.asarray(prepared_images(runs.dataset_of(run), recipe.steps))
    progress("starting TensorFlow", 0, 0, "")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import_keras()
    model = _begun(run, images.shape[1:], divided.labels[divided.train])
    batches = Batches(divided.train, recipe.fit, recipe.augmentation or Augmentation())
    found = _taken(run, model, _steps(batches, recipe.fit.epochs, images, divided.labels), len(batches), progress)
    adam_moments.keep(run, file, found)
    return {"steps": found.values.shape[1]}


def _begun(run: Run, shape: tuple[int, ...], labels: np.ndarray) -> Any:
    """Return a run's network as its training began with it, compiled, as `core.nn.training.loop` makes it."""
    import keras

    from core.nn.layers.build import build_model, take_weights
    from core.nn.training.compile import compile_model

    recipe = run.recipe
    keras.utils.set_random_seed(recipe.fit.seed)
    keras.config.set_dtype_policy(run.status().precision or recipe.fit.precision)
    height, width, channels = shape
    model = build_model(recipe.network, (height, width, channels), recipe.fit)
    if recipe.initial_weights:
        take_weights(model, run.initial_model)
    compile_model(model, recipe, labels)
    return model


def _steps(
    batches: Batches, epochs: int, images: np.ndarray, labels: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    size = batches.fit.batch_size
    for epoch in range(epochs):
        for made, ids in batches.made(epoch, images):
            for first in range(0, len(ids), size):
                yield made[first : first + size], labels[ids[first : first + size]]


def _taken(
    run: Run, model: Any, steps: Iterator[tuple[np.ndarray, np.ndarray]], in_epoch: int, progress: Progress
) -> AdamMoments:
    """Take steps until all are done, or enough."""
    names, look = _looked_at(model)
    whole = in_epoch * run.recipe.fit.epochs
    # Of averaged weights those that are kept are the averages.
    kept = set() if run.recipe.fit.averaging else set(kept_epochs.epochs(run))
    most = min(whole, MOST_STEPS)
    seen, rates, compared, begun = [], [], (-1, 0.0), time.monotonic()
    for number, (images, labels) in enumerate(steps, 1):
        before = look()[0]
        rates.append(float(np.asarray(model.optimizer.learning_rate)))
        model.train_on_batch(images, labels)
        seen.append((before, *look()[1:]))
        if not np.isfinite(seen[-1]).all():
            raise RunError(f"The training diverges at step {number}: there are no moments beyond it. Choose another.")
        if number % in_epoch == 0 and number // in_epoch in kept:
            compared = _apart(run, model, number // in_epoch) or compared
        progress("taking steps again", number, most, "steps")
        if number >= most or time.monotonic() - begun > LONGEST_S:
            break
    values, first, second = np.array(seen, np.float64).transpose(1, 2, 0)
    return AdamMoments(names, values, first, second, np.array(rates), whole, *compared)


def _looked_at(model: Any) -> tuple[tuple[str, ...], Any]:
    """Return some weights' names, and what tells them, and their two moments: float `(3, weights)`."""
    import tensorflow as tf

    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    kernels = [each for each in model.trainable_variables if len(each.shape) > 1]
    chosen = np.unique(np.linspace(0, len(kernels) - 1, min(_KERNELS, len(kernels))).round().astype(int))
    rng = np.random.default_rng(0)
    names, looks = [], []
    for kernel in (kernels[place] for place in chosen):
        places = np.sort(rng.choice(math.prod(kernel.shape), min(_OF_EACH, math.prod(kernel.shape)), replace=False))
        at = optimizer._get_variable_index(kernel)
        looks.append((kernel, optimizer._momentums[at], optimizer._velocities[at], places))
        for place in places.tolist():
            indices = ", ".join(map(str, np.unravel_index(place, kernel.shape)))
            names.append(f"{kernel.path}[{indices}]")

    def look() -> Any:
        return tf.stack(
            [tf.concat([tf.gather(tf.reshape(each[kind], [-1]), each[3]) for each in looks], 0) for kind in range(3)]
        )

    graph = tf.function(look)
    return tuple(names), lambda: graph().numpy()


def _apart(run: Run, model: Any, epoch: int) -> tuple[int, float] | None:
    """Return an epoch, and how far the farthest weight is from the one that the run kept after it."""
    try:
        kept = kept_epochs.read(run.folder, epoch)
    except KeptEpochError:
        return None
    own = [np.asarray(each) for each in model.weights]
    if [each.shape for each in own] != [each.shape for each in kept]:
        return None
    return epoch, max(float(np.abs(one - other).max()) for one, other in zip(own, kept, strict=True) if one.size)
