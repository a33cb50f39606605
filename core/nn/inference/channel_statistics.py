"""What a network's layers make of an image, in a few numbers: the mean and the largest value of each channel.

Of a network whose layers see no places, only dense ones, it is the activation of each unit.
"""

from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from core.nn.layers.build import is_convolution

# Axes of a batch of activations with rows and columns.
_PLACES = 4


def with_statistics(model: keras.Model) -> keras.Model:
    """Return a model that gives `(statistics, probabilities)`: float32 `(n, d)` and what `model` gives.

    The statistics are those of each activation over rows and columns, by channel, first layer first: its mean and its
    largest value; of a network within the network, a pretrained one, the mean alone. Where none has rows and columns,
    they are the activations themselves. Of a network with several views of an image, they are the mean over them.

    Raises:
        ValueError: the model has no layers with an activation before the last one.
    """
    if isinstance(model, keras.Sequential):
        model = keras.Model(model.inputs[0], model.outputs[0])
    activations = _activations(model)
    if not activations:
        raise ValueError("the network has no layer with an activation before its last one")
    seen: dict[str, Any] = {}

    def call(layer: keras.layers.Layer, *arguments: Any, **options: Any) -> Any:
        if isinstance(layer, keras.Model):
            inside = {each.name: each.output for each in _activations_within(layer)}
            found = keras.Model(layer.inputs[0], {**inside, "": layer.outputs[0]})(*arguments)
            given = found.pop("")
            seen.update(found)
            return given
        given = seen[layer.name] = layer(*arguments, **options)
        return given

    copy = keras.models.clone_model(model, clone_function=lambda layer: layer, call_function=call)
    places = [seen[each.name] for each in activations]
    image = np.zeros((1, *model.input_shape[1:]), np.float32)
    # More than one where the network predicts from several views of an image.
    views = len(keras.Model(copy.inputs[0], places[0])(image))
    made = _Statistics(views, [each.largest for each in activations])(places)
    return keras.Model(copy.inputs[0], [made, copy.outputs[0]])


def mean_columns(model: keras.Model) -> list[np.ndarray]:
    """Return which columns of the statistics are means, for each activation of a model, int64 `(channels,)`."""
    columns, first = [], 0
    for each in _activations(model):
        columns.append(np.arange(first, first + each.channels))
        first += (2 if each.largest else 1) * each.channels
    return columns


class _Statistics(keras.layers.Layer):
    """Mean of each channel of activations, and the largest value of some, the mean of all views of an image.

    It is one layer with a name of its own: operations would take names that those of the model may have.
    """

    def __init__(self, views: int, largest: list[bool]) -> None:
        super().__init__(name="channel_statistics", dtype="float32")
        self._views = views
        self._largest = largest

    def call(self, activations: list[Any]) -> Any:
        found = []
        for places, largest in zip(activations, self._largest, strict=True):
            found.append(ops.mean(places, (1, 2)) if len(places.shape) == _PLACES else places)
            if largest:
                found.append(ops.max(places, (1, 2)))
        together = ops.concatenate(found, axis=1)
        return ops.mean(ops.reshape(together, (self._views, -1, together.shape[1])), axis=0)


class _Activation(NamedTuple):
    """What gives an activation, how many channels it has, and whether their largest values count too."""

    name: str
    channels: int
    largest: bool


def _activations(model: keras.Model) -> list[_Activation]:
    """Return the activations of a model and of those within it, in the order of `with_statistics`."""
    found = []
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            within = _activations_within(layer)
            found += [_Activation(each.name, each.output.shape[-1], largest=False) for each in within]
        elif _is_activation(layer):
            found.append(_Activation(layer.name, layer.output.shape[-1], largest=True))
    if not found:
        units = [layer for layer in model.layers if _is_of_units(layer)]
        found = [_Activation(layer.name, layer.output.shape[-1], largest=False) for layer in units]
    return found


def _activations_within(network: keras.Model) -> list[keras.layers.Layer]:
    """Return a pretrained network's activations but those that widen a block, of which the next ones say the same."""
    return [layer for layer in network.layers if _is_activation(layer) and "expand" not in layer.name]


def _is_activation(layer: keras.layers.Layer) -> bool:
    """Tell whether what a layer gives is the activation of places."""
    if isinstance(layer, (keras.layers.Activation, keras.layers.ReLU)):
        return len(layer.output.shape) == _PLACES
    return is_convolution(layer) and layer.activation is not keras.activations.linear


def _is_of_units(layer: keras.layers.Layer) -> bool:
    """Tell whether what a layer gives is the activation of units that see the whole image, and no answer yet."""
    if not isinstance(layer, (keras.layers.Dense, keras.layers.Activation, keras.layers.ReLU)):
        return False
    answers = (keras.activations.linear, keras.activations.softmax)
    return len(layer.output.shape) == 2 and getattr(layer, "activation", None) not in answers


def statistics(model: keras.Model, images: np.ndarray, batch_size: int = 32) -> np.ndarray:
    """Return the statistics of images, float32 `(n, d)`.

    Args:
        model: as `with_statistics` returns it.
        images: uint8 `(n, height, width, channels)`, after the run's own preprocessing.
        batch_size: how many at a time.
    """
    portions = (images[begin : begin + batch_size] for begin in range(0, len(images), batch_size))
    return np.concatenate([np.asarray(model(portion, training=False)[0]) for portion in portions])
