"""The training images as Keras's `fit` takes them, made while the network computes: memory stays flat."""

from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from core.training.batches import Batches


class Feed(keras.callbacks.Callback):
    """The batches of a training; as a callback of it, it knows which epoch begins."""

    def __init__(self, batches: Batches, prepared: np.ndarray, labels: np.ndarray) -> None:
        """Feed from `prepared`, all images after the steps or their features, and their `labels`."""
        super().__init__()
        self._batches = batches
        self._prepared = prepared
        self._labels = labels
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Draw anew: Keras begins to iterate the dataset after this."""
        self._epoch = epoch

    def _portions(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for images, ids in self._batches.made(self._epoch, self._prepared):
            yield images, self._labels[ids]

    def dataset(self) -> tf.data.Dataset:
        """Return the dataset of an epoch: batches of images or features, and int16 labels, one portion ahead."""
        signature = (
            tf.TensorSpec((None, *self._prepared.shape[1:]), tf.as_dtype(self._prepared.dtype)),
            tf.TensorSpec((None,), tf.as_dtype(self._labels.dtype)),
        )
        portions = tf.data.Dataset.from_generator(self._portions, output_signature=signature).prefetch(1)
        batches = portions.rebatch(self._batches.fit.batch_size)
        return batches.apply(tf.data.experimental.assert_cardinality(len(self._batches))).prefetch(2)
