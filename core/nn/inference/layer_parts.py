"""Parts of a network to look at by themselves: its last layer, its first weights, what is normalised first."""

from typing import Any

import keras
import numpy as np

from core.nn.layers.build import all_layers, is_convolution


def head(model: keras.Model) -> tuple[np.ndarray, np.ndarray, float | None]:
    """Return the kernel and the bias of the last layer, float32, and the rate of a dropout just before it, if any."""
    kernel, bias = (np.asarray(each, np.float32) for each in model.layers[-1].get_weights())
    before = [each for each in model.layers[-3:-1] if isinstance(each, keras.layers.Dropout)]
    return kernel, bias, float(before[-1].rate) if before else None


def first_weights(model: keras.Model) -> tuple[np.ndarray, str]:
    """Return the kernels of the first convolution, or the units of the first dense layer, and that layer's name.

    Returns:
        float32 `(kernels, height, width, channels)`; a unit's weights are of the input's shape, or in one row where
        the layer is given something else.

    Raises:
        ValueError: it has no such layer.
    """
    layers = list(all_layers(model))
    convolution = next((each for each in layers if is_convolution(each) and each.weights), None)
    if convolution is not None:
        weights = np.moveaxis(np.asarray(convolution.get_weights()[0], np.float32), -1, 0)
        return weights, str(convolution.name)
    dense = next((each for each in layers if isinstance(each, keras.layers.Dense)), None)
    if dense is None:
        raise ValueError("the network has no layer with weights")
    weights = np.asarray(dense.get_weights()[0], np.float32).T
    shape = tuple(model.input_shape[1:])
    whole = weights.shape[1] == np.prod(shape)
    return weights.reshape(-1, *(shape if whole else (1, weights.shape[1], 1))), str(dense.name)


def before_normalisation(model: keras.Model) -> tuple[Any, Any]:
    """Return the first batch normalisation, and a model of what it is given; `None`, and what the first layer gives."""
    inputs = model.inputs[0]
    place = next((at for at, each in enumerate(model.layers) if _normalises(each) or _has_one(each)), None)
    if place is None:
        first = next(each for each in model.layers if each.weights)
        return None, keras.Model(inputs, first.output)
    outer = model.layers[place]
    if not isinstance(outer, keras.Model):
        return outer, keras.Model(inputs, outer.input)
    inner = next(each for each in outer.layers if _normalises(each))
    # A network within the network is given what the layer before it gives.
    return inner, keras.Model(inputs, keras.Model(outer.inputs[0], inner.input)(model.layers[place - 1].output))


def _normalises(layer: Any) -> bool:
    return isinstance(layer, keras.layers.BatchNormalization)


def _has_one(layer: Any) -> bool:
    return isinstance(layer, keras.Model) and any(map(_normalises, layer.layers))
