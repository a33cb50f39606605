"""What a dataset is like: counts, sizes, brightness, the mean image of each class, how often each value occurs."""

import math
from dataclasses import dataclass

import numpy as np

from core.datasets.cache import keep, load_or_compute
from core.datasets.sources import catalogue
from core.datasets.store import LABELED_SPLITS, Dataset
from core.datasets.views.thumbnails import small_images, small_size
from core.storage.checked import Array
from core.storage.progress import Progress, quiet

MEAN_SIDE = 64
# Of so many images the histograms of the channels are made, at most.
MOST_FOR_HISTOGRAMS = 2000
# What one thread does in a second on a laptop.
_PHOTOS_A_SECOND, _VALUES_A_SECOND = 4000, 200e6
# So many different sizes are shown as they are; more are put together.
_MOST_SIZES = 1500
_SIZE_STEPS = 40
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, eq=False)
class ClassMeans:
    """The mean image of each class; photos of several sizes are all made squares before.

    Attributes:
        means: the mean of each value, float32 `(classes, height, width, 1 or 3)`, 0–255; zeros for an empty class.
        deviations: its standard deviation, of the same shape, 0–127.5.
    """

    means: np.ndarray
    deviations: np.ndarray


def class_means(dataset: Dataset, progress: Progress = quiet) -> ClassMeans:
    """Return the mean image of each class: kept on disk, or worked out now and kept.

    Args:
        dataset: all its images count, at a longer side of at most `MEAN_SIDE` px.
        progress: told what is done; it may raise `Cancelled`.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    if (found := known_class_means(dataset)) is not None:
        return found
    height, width = small_size(dataset, MEAN_SIDE)
    shape = (len(dataset.about.class_names), height, width, dataset.about.size[2])
    sums, squares = np.zeros((2, shape[0], height * width * shape[3]))
    begin = 0
    for images in small_images(dataset, np.arange(len(dataset)), MEAN_SIDE, progress):
        values = images.reshape(len(images), -1).astype(np.float32)
        labels = dataset.labels[begin : begin + len(images)]
        belongs = (labels == np.arange(shape[0])[:, np.newaxis]).astype(np.float32)
        sums += belongs @ values
        squares += belongs @ np.square(values)
        begin += len(images)
    counts = np.maximum(dataset.counts.sum(axis=1), 1)[:, np.newaxis]
    means = sums / counts
    deviations = np.sqrt(np.maximum(squares / counts - np.square(means), 0))
    arrays = {
        "means": means.reshape(shape).astype(np.float32),
        "deviations": deviations.reshape(shape).astype(np.float32),
    }
    keep(dataset, "class-means", arrays)
    return ClassMeans(**arrays)


def known_class_means(dataset: Dataset) -> ClassMeans | None:
    """Return what `class_means` kept; `None` when it has yet to be worked out."""
    array = Array(np.float32, ("classes", "height", "width", "channels"), low=0, high=256, finite=True)
    sizes = {"classes": len(dataset.about.class_names), "channels": dataset.about.size[2]}
    found = load_or_compute(dataset, "class-means", {"means": array, "deviations": array}, sizes)
    return None if found is None else ClassMeans(**found)


def run(name: str, progress: Progress) -> None:
    """Work out a dataset's mean images as a job. It raises what `class_means` does."""
    class_means(catalogue.open_dataset(name), progress)


def is_quick(dataset: Dataset) -> bool:
    """Tell whether `class_means` takes less than about a second."""
    if dataset.about.as_files:
        return len(dataset) < _PHOTOS_A_SECOND
    return len(dataset) * math.prod(dataset.about.size) < _VALUES_A_SECOND


def counts(dataset: Dataset, ids: np.ndarray) -> np.ndarray:
    """Return how many of some images each class has in each split, int64 `(classes, splits)`."""
    classes, splits = len(dataset.about.class_names), len(LABELED_SPLITS)
    ids = ids[dataset.labels[ids] >= 0]
    places = dataset.labels[ids].astype(np.int64) * splits + dataset.splits[ids]
    return np.bincount(places, minlength=classes * splits).reshape(classes, splits)


def sizes(dataset: Dataset, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which sizes some images have, and how many have each.

    Returns:
        Widths and heights in pixels, int64 `(k, 2)`, and counts, int64 `(k,)`. Where there are very many sizes, near
        ones are put together and stand at the middle of what they span.
    """
    index = dataset.index[ids]
    found = np.stack([index["width"], index["height"]], axis=1).astype(np.int64)
    different, count = np.unique(found, axis=0, return_counts=True)
    if len(different) > _MOST_SIZES:
        step = -(-int(np.ptp(found, axis=0).max()) // _SIZE_STEPS)
        different, count = np.unique(found // step * step + step // 2, axis=0, return_counts=True)
    return different, count


def brightness(dataset: Dataset, ids: np.ndarray) -> np.ndarray:
    """Return how bright the images of each class are.

    Args:
        dataset: whose images.
        ids: which ones, int64 `(m,)`.

    Returns:
        The 5th, 25th, 50th, 75th and 95th percentile of their mean gray levels, 0–255, float64 `(classes, 5)`; NaN
        for a class without images.
    """
    ids = ids[dataset.labels[ids] >= 0]
    values, labels = dataset.index["brightness"][ids], dataset.labels[ids]
    result = np.full((len(dataset.about.class_names), len(_QUANTILES)), np.nan)
    for label in np.unique(labels):
        result[label] = np.quantile(values[labels == label], _QUANTILES)
    return result


def histograms(dataset: Dataset, ids: np.ndarray) -> tuple[np.ndarray, int]:
    """Return how often each value occurs in each channel of some images, at most `MEAN_SIDE` px long.

    Args:
        dataset: whose images.
        ids: which ones, int64 `(m,)`.

    Returns:
        Counts, int64 `(channels, 256)`, and of how many images: of more than `MOST_FOR_HISTOGRAMS`, as many are
        drawn by chance, the same each time.
    """
    drawn = np.sort(np.random.default_rng(0).permutation(np.sort(ids))[:MOST_FOR_HISTOGRAMS])
    channels = dataset.about.size[2]
    found = np.zeros((channels, 256), np.int64)
    for images in small_images(dataset, drawn, MEAN_SIDE):
        for channel in range(channels):
            found[channel] += np.bincount(images[..., channel].ravel(), minlength=256)
    return found, len(drawn)
