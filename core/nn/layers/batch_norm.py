"""Batch normalisation in one pass over 16-bit numbers: what trains, in place of Keras's own."""

from typing import Any

import keras
import tensorflow as tf


class BatchNormalization(keras.layers.BatchNormalization):
    """Keras's batch normalisation, to the same numbers, by TensorFlow's fused kernel where 16 bits are computed with.

    Keras turns those into 32 bits and goes over them operation by operation: on two cores a small network for CIFAR-10
    trains 1.3 times as fast by the fused kernel. With 32 bits the difference is small, and Keras's own is kept. Saved
    models hold Keras's own layer.
    """

    __module__ = "keras.layers"  # By this and the class's name a saved model says what to make when it is loaded.

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Return the inputs, `(n, height, width, channels)` where 16 bits are computed with, normalised."""
        fused = training and self.trainable and mask is None and inputs.dtype == "bfloat16" and len(inputs.shape) == 4
        if not fused or isinstance(inputs, keras.KerasTensor):
            return super().call(inputs, training=training, mask=mask)
        normalised, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=tf.convert_to_tensor(self.gamma),
            offset=tf.convert_to_tensor(self.beta),
            mean=tf.zeros([0]),
            variance=tf.zeros([0]),
            epsilon=self.epsilon,
            is_training=True,
        )
        # The kernel tells the variance of the population behind the batch (n − 1), Keras keeps the batch's own (n).
        count = tf.cast(tf.reduce_prod(tf.shape(inputs)[:3]), variance.dtype)
        for kept, seen in ((self.moving_mean, mean), (self.moving_variance, variance * (count - 1) / count)):
            kept.assign(kept * self.momentum + seen * (1 - self.momentum))
        return normalised
