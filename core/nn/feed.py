"""The training pictures as Keras's `fit` takes them; augmented ones are made while the network computes."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from core.batches import Batches
from core.prepare import Parts
from core.recipe import Recipe


def training_data(recipe: Recipe, prepared: np.ndarray, parts: Parts) -> tuple[dict[str, Any], list[Any]]:
    """Return what `fit` trains on, as arguments, and the callbacks that this needs.

    Args:
        recipe: its augmentation, batch size and seed count.
        prepared: the data set's pictures after the steps, uint8 `(n, height, width, channels)`.
        parts: which of them train, and the labels.
    """
    if recipe.augmentation is None or not recipe.augmentation.moving:
        # Keras shuffles arrays faster than a generator hands over batches.
        arrays = {"x": prepared[parts.train], "y": parts.labels[parts.train]}
        return {**arrays, "batch_size": recipe.fit.batch_size}, []
    feed = Feed(Batches(parts.train, recipe.fit, recipe.augmentation), prepared, parts.labels)
    return {"x": feed.dataset(), "shuffle": False}, [feed]


class Feed(keras.callbacks.Callback):
    """The batches of a training; as a callback of it, it knows which epoch begins."""

    def __init__(self, batches: Batches, prepared: np.ndarray, labels: np.ndarray) -> None:
        """Feed from `prepared`, all pictures after the steps, and their `labels`."""
        super().__init__()
        self._batches = batches
        self._prepared = prepared
        self._labels = labels
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Draw anew: Keras begins to iterate the data set after this."""
        self._epoch = epoch

    def _portions(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for pictures, ids in self._batches.made(self._epoch, self._prepared):
            yield pictures, self._labels[ids]

    def dataset(self) -> tf.data.Dataset:
        """Return the data set of an epoch: batches of uint8 pictures and int16 labels, one portion ahead."""
        signature = (
            tf.TensorSpec((None, *self._prepared.shape[1:]), tf.uint8),
            tf.TensorSpec((None,), tf.as_dtype(self._labels.dtype)),
        )
        portions = tf.data.Dataset.from_generator(self._portions, output_signature=signature).prefetch(1)
        batches = portions.rebatch(self._batches.fit.batch_size)
        return batches.apply(tf.data.experimental.assert_cardinality(len(self._batches))).prefetch(2)
