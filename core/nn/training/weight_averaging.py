"""Averaged weights: a moving average stands in for the weights when a network is measured or kept."""

import keras
import numpy as np
import tensorflow as tf

from core.nn.layers.build import all_layers

# So many training images are looked at to estimate statistics.
SAMPLE = 2048


class Averages:
    """The averages that a model's optimiser keeps, with statistics to match.

    What batch normalisation knows of its input's mean and variance belongs to the weights as they were, and is
    estimated again for the averaged ones (Izmailov et al., "Averaging weights leads to wider optima and better
    generalization", 2018, section 3.2).
    """

    def __init__(self, model: keras.Model, batches: list[np.ndarray]) -> None:
        """Prepare for a model.

        Args:
            model: compiled with an optimiser that averages.
            batches: training images, each uint8 `(n, height, width, channels)`.
        """
        self._model, self._batches = model, batches
        self._normalisations = [
            layer
            for layer in all_layers(model)
            if isinstance(layer, keras.layers.BatchNormalization) and layer.trainable
        ]
        momenta = [layer.momentum for layer in self._normalisations]
        for layer in self._normalisations:
            layer.momentum = 0.0  # Within the graph that is built here, statistics become those of the last batch.
        signature = tf.TensorSpec((None, *batches[0].shape[1:]), tf.as_dtype(batches[0].dtype))
        self._forward = tf.function(lambda images: model(images, training=True), input_signature=[signature])
        self._forward.get_concrete_function()
        for layer, momentum in zip(self._normalisations, momenta, strict=True):
            layer.momentum = momentum

    def use(self) -> None:
        """Put the averages in the weights' place; the states of dropout's random numbers move on."""
        self._model.optimizer.finalize_variable_values(self._model.trainable_variables)
        if not self._normalisations:
            return
        means, squares = ([np.zeros(layer.moving_mean.shape) for layer in self._normalisations] for _ in range(2))
        total = sum(map(len, self._batches))
        for batch in self._batches:
            self._forward(batch)
            for layer, mean, square in zip(self._normalisations, means, squares, strict=True):
                seen = layer.moving_mean.numpy().astype(np.float64)
                mean += len(batch) / total * seen
                square += len(batch) / total * (layer.moving_variance.numpy() + seen**2)
        for layer, mean, square in zip(self._normalisations, means, squares, strict=True):
            layer.moving_mean.assign(mean)
            layer.moving_variance.assign(square - mean**2)
