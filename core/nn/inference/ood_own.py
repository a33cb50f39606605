"""Fits what tells a run's own images from anything else, with no dataset of others, after its training.

Nothing is known of what others will bring: drawn shapes and noise stand in for it, and what is far from the run's own
images counts as something else.
"""

import math
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from core import runs
from core.datasets.store import Dataset
from core.evaluation import ood
from core.evaluation.ood import OodDetector
from core.evaluation.ood.fitting import ENOUGH, of_own_images
from core.evaluation.ood.shapes import random_shape
from core.images import image_io
from core.nn.inference import models
from core.nn.inference.channel_statistics import mean_columns, with_statistics
from core.runs import Run, RunError
from core.storage.progress import Progress, quiet
from core.training.data import photo_prepared
from core.training.parts import Parts, parts

# Of images like the run's own so many are to be taken for known: a little more than the 97% that are promised, for the
# limit is drawn by few images.
KEPT = 0.985
# So many images teach and judge at most, fewer of large ones: some seconds of a pretrained network on two cores.
_MOST, _MOST_LARGE, _LARGE = 1_500, 300, 100 * 100
# For each image that teaches so many drawn shapes.
_DRAWN_SHARE, _FEWEST_DRAWN = 0.5, 30
# With more statistics than that, a distance is measured in those that the shipped classifier's is measured in.
_MANY = 512
_AT_ONCE, _AT_ONCE_LARGE = 128, 8


def fit(run: Run, model: keras.Model, dataset: Dataset, divided: Parts, progress: Progress = quiet) -> bool:
    """Fit it and keep it in the run's folder; tell whether that could be done.

    Args:
        run: a run that has a network.
        model: its network, as it is kept.
        dataset: the run's.
        divided: which of its images train and validate.
        progress: told how far it is.

    Raises:
        DatasetError: an image's file is damaged.
        OSError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    try:
        made = _fitted(run, model, dataset, divided, progress)
    except ValueError:  # No layer to go by, or a network that diverged.
        return False
    if made is not None:
        ood.keep(run.folder, made)
    return made is not None


def fit_later(folder: str, progress: Progress = quiet) -> None:
    """Fit it for a finished run, as a job.

    Args:
        folder: the run's.
        progress: told how far it is.

    Raises:
        RunError: its dataset has changed or is gone, or it cannot be done.
        DatasetError: the dataset is damaged.
        OSError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    run = Run(Path(folder))
    progress("starting TensorFlow", 0, 0, "")
    dataset = runs.dataset_of(run)
    divided = parts(dataset, run.recipe.split, run.decided)
    try:
        model = models.load(folder)
    except (OSError, ValueError) as error:
        raise RunError(f"The network of the run {run.name} cannot be read. Train it again.") from error
    if not fit(run, model, dataset, divided, progress):
        raise RunError(
            f"The run {run.name} cannot tell what it does not know: its network has no layer before the last one, "
            f"returns NaN, or has fewer than {ENOUGH} validation images."
        )


def _fitted(run: Run, model: keras.Model, dataset: Dataset, divided: Parts, progress: Progress) -> OodDetector | None:
    seeing = with_statistics(model)
    numbers = seeing.output_shape[0][1]
    large = math.prod(model.input_shape[1:3]) >= _LARGE
    learned, judged = _drawn(run, divided, _MOST_LARGE if large else _MOST)
    if len(judged) < ENOUGH:
        return None
    rng = np.random.default_rng(run.recipe.fit.seed)
    shapes = max(_FEWEST_DRAWN, round(_DRAWN_SHARE * len(learned)))
    total, done = len(learned) + len(judged) + shapes, 0
    # A graph takes half the time that calls layer by layer take, and keeps no layer's output for longer than it must.
    graph = tf.function(
        lambda images: seeing(images, training=False)[0],
        input_signature=[tf.TensorSpec((None, *model.input_shape[1:]), tf.uint8)],
    )

    def seen(images: Iterator[np.ndarray]) -> np.ndarray:
        nonlocal done
        found = [np.empty((0, numbers), np.float32)]
        while some := list(islice(images, _AT_ONCE_LARGE if large else _AT_ONCE)):
            progress("learning what is unlike its images", done, total, "images")
            found.append(np.asarray(graph(np.stack(some))))
            done += len(some)
        return np.concatenate(found)

    def own(ids: np.ndarray) -> np.ndarray:
        return seen(image_io.to_array(run.recipe.steps.apply(dataset.image(index))) for index in ids.tolist())

    drawn = (photo_prepared(random_shape(rng, written=False), run.recipe, run.about) for _ in range(shapes))
    return of_own_images(
        own(learned),
        own(judged),
        judged,
        seen(drawn),
        columns=_columns(model, numbers),
        kept=KEPT,
        seed=run.recipe.fit.seed,
    )


def _drawn(run: Run, divided: Parts, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return some training and some validation images, int64 `(n,)` each; none where the test images validate."""
    rng = np.random.default_rng(run.recipe.fit.seed)
    judged = divided.validation if divided.validation is not divided.test else np.empty(0, np.int64)
    learned, judged = (np.sort(rng.permutation(ids)[:most]) for ids in (divided.train, judged))
    return learned, judged


def _columns(model: keras.Model, numbers: int) -> np.ndarray:
    """Return which statistics a distance is measured in: all, or of many the means of first and last activation."""
    if numbers <= _MANY:
        return np.arange(numbers)
    means = mean_columns(model)
    return np.unique(np.concatenate([means[0], means[-1]]))
