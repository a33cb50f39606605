"""What a network's layers make of an image, in a few numbers: the mean and the largest value of each channel."""

from typing import Any

import keras
import numpy as np
from keras import ops

from core.nn.layers.build import is_convolution


def with_statistics(model: keras.Model) -> keras.Model:
    """Return a model that gives `(statistics, probabilities)`: float32 `(n, d)` and what `model` gives.

    The statistics are those of each activation over rows and columns: its mean and its largest value, by channel, first
    layer first; of a network with several views of an image, the mean over them.

    Raises:
        ValueError: the model has no activations with rows and columns.
    """
    layers = _activations(model)
    image = np.zeros((1, *model.input_shape[1:]), np.float32)
    # More than one where the network predicts from several views of an image.
    views = len(keras.Model(model.inputs[0], layers[0].output)(image))
    made = _Statistics(views)([layer.output for layer in layers])
    return keras.Model(model.inputs[0], [made, model.outputs[0]])


def mean_columns(model: keras.Model) -> list[np.ndarray]:
    """Return which columns of the statistics are means, for each activation of a model, int64 `(channels,)`.

    Raises:
        ValueError: as `with_statistics`.
    """
    columns, first = [], 0
    for layer in _activations(model):
        channels = layer.output.shape[-1]
        columns.append(np.arange(first, first + channels))
        first += 2 * channels
    return columns


class _Statistics(keras.layers.Layer):
    """Mean and largest value of each channel of activations, the mean of all views of an image.

    It is one layer with a name of its own: operations would take names that those of the model may have.
    """

    def __init__(self, views: int) -> None:
        super().__init__(name="channel_statistics", dtype="float32")
        self._views = views

    def call(self, activations: list[Any]) -> Any:
        found = [each for places in activations for each in (ops.mean(places, (1, 2)), ops.max(places, (1, 2)))]
        together = ops.concatenate(found, axis=1)
        return ops.mean(ops.reshape(together, (self._views, -1, together.shape[1])), axis=0)


def _activations(model: keras.Model) -> list[keras.layers.Layer]:
    layers = [layer for layer in model.layers if _is_activation(layer)]
    if not layers:
        raise ValueError("the network has no convolution with an activation of its own")
    return layers


def _is_activation(layer: keras.layers.Layer) -> bool:
    """Tell whether what a layer gives is the activation of places."""
    if isinstance(layer, keras.layers.Activation):
        return len(layer.output.shape) == 4
    return is_convolution(layer) and layer.activation is not keras.activations.linear


def statistics(model: keras.Model, images: np.ndarray, batch_size: int = 32) -> np.ndarray:
    """Return the statistics of images, float32 `(n, d)`.

    Args:
        model: as `with_statistics` returns it.
        images: uint8 `(n, height, width, channels)`, after the run's own preprocessing.
        batch_size: how many at a time.
    """
    portions = (images[begin : begin + batch_size] for begin in range(0, len(images), batch_size))
    return np.concatenate([np.asarray(model(portion, training=False)[0]) for portion in portions])
