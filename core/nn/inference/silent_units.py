"""Units of a network that have fallen silent: their ReLU gives 0, whatever the image."""

from typing import Any, NamedTuple

import numpy as np

from core.nn.inference import models


class SilentUnits(NamedTuple):
    """A layer with ReLU: its name in Keras, how many units or channels it has, and how many gave 0 to every image."""

    layer: str
    units: int
    silent: int


def silent_units(folder: str, images: np.ndarray) -> list[SilentUnits]:
    """Return how many units of each layer with a ReLU of its own are silent, first layer first.

    Args:
        folder: the run's folder.
        images: uint8 `(n, height, width, channels)`, after the run's own preprocessing.

    Raises:
        OSError, ValueError: the model is not there or cannot be read, or the images are of another shape.
    """
    import keras

    model = models.load(folder)
    layers = [each for each in model.layers if getattr(each, "activation", None) is keras.activations.relu]
    if not layers:
        return []
    inside = keras.Model(model.inputs[0], [each.output for each in layers])
    largest: list[Any] = []
    for portion in models.portions(images):
        given = inside(portion, training=False)
        found = [np.asarray(each).max(axis=tuple(range(each.ndim - 1))) for each in _listed(given)]
        largest = [np.maximum(one, other) for one, other in zip(largest or found, found, strict=True)]
    return [
        SilentUnits(layer.name, len(each), int((each <= 0).sum())) for layer, each in zip(layers, largest, strict=True)
    ]


def _listed(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list | tuple) else [given]
