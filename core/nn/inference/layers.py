"""What each layer of a network makes of an image, in the worker's process: feature maps, and one pixel's products."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.networks.receptive_field import Field
from core.nn.inference import models

if TYPE_CHECKING:
    from core.nn.inference.layer_graph import LayerGraph


class LayerMaps(NamedTuple):
    """What a layer makes of an image.

    Attributes:
        stage: its place among all layers, by which its products are asked for.
        kind: Keras's class, such as `Conv2D`.
        said: its settings in short, such as `3×3, relu`.
        shape: of what it hands on: height, width, channels; or how many numbers.
        maps: the first channels, uint8 `(k, height, width)`, made smaller by `shrink`; a row of numbers is one map.
        lows: the value of each map's 0, and `highs` of its 255.
        highs: see above.
        shrink: how many places a side of a map's pixel are.
        fields: what its rows look at in the image, and its columns; `None`: at all of it.
        filters: of a layer that sees the image's own channels, what each map looks for, uint8
            `(k, height, width, 1 or 3)`, 128 for a weight of 0; else empty.
    """

    stage: int
    kind: str
    said: str
    shape: tuple[int, ...]
    maps: np.ndarray
    lows: list[float]
    highs: list[float]
    shrink: int
    fields: tuple[Field, Field] | None
    filters: np.ndarray


class Layers(NamedTuple):
    """A network at an image: its layers, and what comes out, float `(classes,)` each."""

    layers: list[LayerMaps]
    logits: np.ndarray
    probabilities: np.ndarray


class Products(NamedTuple):
    """How one number of a layer's output came about.

    Attributes:
        given: what the layer is given there, float32 `(height, width, channels)`; a dense layer's is `(1, 1, n)`.
        weights: as many; `None` where it has none, as in pooling.
        bias: what is added.
        total: the sum of products and bias; of pooling, the largest or the mean.
        value: after the activation.
        activation: its name, `linear` where there is none.
        pooled: `max` or `average` where the layer pools, else empty.
    """

    given: np.ndarray
    weights: np.ndarray | None
    bias: float
    total: float
    value: float
    activation: str
    pooled: str


def maps(folder: str, image: np.ndarray, epoch: int | None) -> Layers:
    """Return what each layer of a run's network makes of an image.

    Args:
        folder: the run's folder.
        image: uint8 `(height, width, channels)`, after the run's own preprocessing.
        epoch: one of `kept_epochs.epochs`, whose weights it has; `None`: those it ended with.

    Raises:
        OSError, ValueError: the model is not there or cannot be read, or the image is of another shape.
        KeptEpochError: the epoch's weights cannot be read, or are another network's.
    """
    return _graph(*models._version(folder)).maps(image, epoch)


def products(
    folder: str, image: np.ndarray, epoch: int | None, stage: int, channel: int, row: int, column: int
) -> tuple[Products | None]:
    """Return how a number came about, in a tuple; `None` where the layer neither multiplies nor pools.

    Args:
        folder: as for `maps`, and so `image` and `epoch`.
        image: see above.
        epoch: see above.
        stage: `LayerMaps.stage`.
        channel: which of the layer's channels, or of its numbers.
        row: the place in its map.
        column: see above.

    Raises:
        OSError, ValueError, KeptEpochError: as `maps`; there is no such place.
    """
    return (_graph(*models._version(folder)).products(image, epoch, stage, channel, row, column),)


@lru_cache(maxsize=2)
def _graph(path: Path, _version: tuple[int, int]) -> "LayerGraph":
    from core.nn.tensorflow_import import import_keras

    import_keras()
    import keras

    from core.nn.inference.layer_graph import LayerGraph

    # Not the model that predicts: this one takes the weights of other epochs.
    return LayerGraph(keras.saving.load_model(path, compile=False, safe_mode=True), path.parent)
