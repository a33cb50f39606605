"""Fits what tells a run's own kind of images from others, on what its layers make of both: for the shipped classifier.

Of any other run it is fitted by `core.nn.inference.ood_own`, without a dataset of others.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from PIL import Image

from core import runs
from core.datasets.store import SPLITS, Dataset
from core.evaluation import ood
from core.evaluation.ood import OodDetector
from core.evaluation.ood.fitting import fitted, with_limit
from core.evaluation.ood.shapes import random_shape
from core.nn.inference import models
from core.nn.inference.channel_statistics import mean_columns, statistics, with_statistics
from core.runs import Run, RunError
from core.storage.progress import Progress, quiet
from core.training.data import photo_prepared, prepared_images
from core.training.parts import parts

# Enlarged to the side of a photo by each of these: how a small image was enlarged must not tell what it shows.
_SIDE = 180
_RESAMPLINGS = (
    Image.Resampling.NEAREST,
    Image.Resampling.BILINEAR,
    Image.Resampling.BICUBIC,
    Image.Resampling.LANCZOS,
)
# For each image of others so many drawn shapes, and so many mosaics.
_DRAWN_SHARE = _MOSAIC_SHARE = 0.5
# So many images are side by side in a mosaic.
_MOSAIC_SIDES = (2, 3, 4, 5)
# So many images are in memory at a time.
_AT_ONCE = 256


def fit(
    run: Run,
    others: Dataset,
    *,
    own_classes: Sequence[str],
    other_classes: Sequence[str],
    kept: float = 0.95,
    most: int = 6_000,
    progress: Progress = quiet,
) -> OodDetector:
    """Fit what a finished run knows and what it does not; it is kept in the run's folder.

    Known are the run's training images, and images of `others` that show the same things: else what they are made
    like, not what they show, would decide. Unknown are those of other classes, mosaics of them, which are as sharp as
    photos, and drawn shapes. Only training images of both datasets are taken; the threshold is set on the run's
    validation images.

    Args:
        run: a finished run whose dataset is there.
        others: a dataset of other images.
        own_classes: names of those of its classes that the run knows too.
        other_classes: names of those that it does not; none: drawn shapes alone are unknown.
        kept: the share of the run's validation images that are to be taken for known, 0–1.
        most: so many images of each kind at most.
        progress: told how far it is.

    Raises:
        RunError: the run's dataset has changed, or its network has no layer to go by.
        DatasetError: a dataset is not on this machine, or a file of it is damaged.
    """
    dataset = runs.dataset_of(run)
    prepared = prepared_images(dataset, run.recipe.steps, progress)
    divided = parts(dataset, run.recipe.split, run.decided)
    rng = np.random.default_rng(run.recipe.fit.seed)
    try:
        network = models.load(str(run.folder))
        model, means = with_statistics(network), mean_columns(network)
    except ValueError as error:
        raise RunError(f"The run {run.name} cannot tell what it does not know: {error}.") from error

    def taken(images: Iterator[Image.Image], total: int, doing: str) -> np.ndarray:
        made = [np.empty((0, model.output_shape[0][1]), np.float32)]
        done = 0
        while portion := list(islice(images, _AT_ONCE)):
            made.append(statistics(model, np.stack([photo_prepared(each, run.recipe, run.about) for each in portion])))
            done += len(portion)
            progress(doing, done, total, "images")
        return np.concatenate(made)

    training = np.sort(rng.choice(divided.train, min(most, len(divided.train)), replace=False))
    count = min(most, len(training))
    known = [
        statistics(model, prepared[training]),
        taken(_enlarged(others, own_classes, count, rng), count, "looking at images of the same"),
    ]
    shapes, mosaics = round(count * _DRAWN_SHARE), round(count * _MOSAIC_SHARE)
    unknown = [
        taken(_enlarged(others, other_classes, count, rng), count, "looking at other images"),
        taken(_mosaics(others, other_classes, mosaics, rng), mosaics, "looking at mosaics"),
        taken((random_shape(rng) for _ in range(shapes)), shapes, "looking at drawn shapes"),
    ]
    progress("fitting", 0, 0, "")
    own = np.sort(divided.validation)
    judged = statistics(model, prepared[own])
    # What light and colour there is shows in the first activation, what the network takes it for in the last.
    columns = np.unique(np.concatenate([means[0], means[-1]]))
    made = fitted(known[0], np.concatenate(known), np.concatenate(unknown), judged, columns, run.recipe.fit.seed)
    made = with_limit(made, judged, own, kept)
    ood.keep(run.folder, made)
    return made


def _enlarged(others: Dataset, classes: Sequence[str], most: int, rng: np.random.Generator) -> Iterator[Image.Image]:
    """Yield training images of some classes, RGB, enlarged to the side of a photo in one way or another."""
    for index in rng.permutation(_training_ids(others, classes))[:most].tolist():
        yield _resized(others.image(index), _SIDE, rng)


def _mosaics(others: Dataset, classes: Sequence[str], most: int, rng: np.random.Generator) -> Iterator[Image.Image]:
    """Yield squares of training images of some classes side by side, turned by chance, RGB, as large as a photo.

    Enlarged images are blurred: by them alone, whatever is sharp would be known.
    """
    ids = _training_ids(others, classes)
    for _ in range(most if len(ids) else 0):
        count = int(rng.choice(_MOSAIC_SIDES))
        side = _SIDE // count
        mosaic = Image.new("RGB", (side * count, side * count))
        for place in range(count**2):
            piece = _resized(others.image(int(rng.choice(ids))), side, rng).rotate(90 * int(rng.integers(4)))
            mosaic.paste(piece, (place % count * side, place // count * side))
        yield mosaic.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)


def _training_ids(others: Dataset, classes: Sequence[str]) -> np.ndarray:
    labels = [others.about.class_names.index(name) for name in classes]
    return np.flatnonzero(np.isin(others.labels, labels) & (others.splits == SPLITS.index("train")))


def _resized(image: Image.Image, side: int, rng: np.random.Generator) -> Image.Image:
    return image.convert("RGB").resize((side, side), _RESAMPLINGS[rng.integers(len(_RESAMPLINGS))])
