"""The batches of a training, without TensorFlow: seed, epoch and batch decide every pixel."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.augmentation import CHANCES, Augmentation, Draw
from core.datasets import decisions
from core.datasets.decisions import Decided
from core.datasets.store import Dataset
from core.images import image_io as formats
from core.recipes.fit import Fit
from core.recipes.recipe import Recipe
from core.training.parts import parts

# Several small batches are made at a time: handing over each by itself would cost more than making it.
_PORTION_BYTES = 1_000_000


@dataclass(frozen=True)
class Batches:
    """How training images are shuffled, divided into batches and changed, anew in each epoch.

    Epochs and batches are counted from 0.

    Attributes:
        ids: which images train, int64 `(m,)`.
        fit: its seed and batch size count.
        augmentation: what chance may do.
    """

    ids: np.ndarray
    fit: Fit
    augmentation: Augmentation

    def __len__(self) -> int:
        """Return the number of batches in an epoch; the last may be smaller than the others."""
        return math.ceil(len(self.ids) / self.fit.batch_size)

    def order(self, epoch: int) -> np.ndarray:
        """Return the images as an epoch goes through them, int64 `(m,)`."""
        return np.random.default_rng((self.fit.seed, epoch)).permutation(self.ids)

    def chances(self, epoch: int, batch: int, n: int) -> np.ndarray:
        """Return the numbers that decide what happens to the first `n` images of a batch, float `(n, chances)`."""
        return np.random.default_rng((self.fit.seed, epoch, batch)).random((n, len(CHANCES)))

    def made(self, epoch: int, prepared: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Go through an epoch, several whole batches at a time.

        Args:
            epoch: which one.
            prepared: the dataset's images after the steps, uint8 `(n, height, width, channels)`; or, where the
                augmentation changes nothing, something else of each image, `(n, …)`.

        Yields:
            The next images, uint8 `(k, height, width, channels)`, and which they are, int64 `(k,)`.
        """
        order, size = self.order(epoch), self.fit.batch_size
        at_once = max(1, _PORTION_BYTES // (size * math.prod(prepared.shape[1:])))
        for first in range(0, len(self), at_once):
            ids = order[first * size : (first + at_once) * size]
            if not self.augmentation.moving:
                yield prepared[ids], ids
                continue
            sizes = [min(size, len(ids) - begin) for begin in range(0, len(ids), size)]
            chances = np.concatenate([self.chances(epoch, batch, n) for batch, n in enumerate(sizes, first)])
            yield self.augmentation.apply_chances(prepared[ids], chances), ids


@dataclass(frozen=True)
class FirstBatch:
    """The first images of a training.

    Attributes:
        ids: which images of the dataset, int64 `(k,)`.
        labels: their classes, int16 `(k,)`, as people corrected them.
        before: the images after the steps, uint8 `(k, height, width, channels)`.
        images: what the network sees of them, uint8 of the same shape.
        draws: what was drawn for each.
    """

    ids: np.ndarray
    labels: np.ndarray
    before: np.ndarray
    images: np.ndarray
    draws: list[Draw]


def first_batch(recipe: Recipe, dataset: Dataset, n: int, decided: Decided | None = None) -> FirstBatch:
    """Return the first images of the first batch of a recipe's training, just as the network will see them.

    Args:
        recipe: any recipe; its sizes are made to follow the dataset.
        dataset: what it trains on.
        n: how many images at most; the batch may have fewer.
        decided: the decisions on images that count, where the recipe heeds any; `None`: all that stand now.

    Raises:
        RecipeError: there is nothing to train on.
        StepError: a step cannot be applied to one of the images.
        DatasetError: an image's file is damaged.
    """
    recipe = recipe.for_dataset(dataset.about, len(dataset))
    heeded = decided if decided is not None else decisions.decided(dataset)
    divided = parts(dataset, recipe.split, heeded if recipe.split.decisions == "apply" else None)
    batches = Batches(divided.train, recipe.fit, recipe.augmentation or Augmentation())
    ids = batches.order(0)[: min(n, recipe.fit.batch_size)]
    before = np.stack([formats.to_array(recipe.steps.apply(dataset.image(index))) for index in ids])
    _, height, width, _ = before.shape
    draws = batches.augmentation.draws_of(batches.chances(0, 0, len(ids)), height, width)
    return FirstBatch(ids, divided.labels[ids], before, batches.augmentation.apply(before, draws), draws)
