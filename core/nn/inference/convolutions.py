"""What the Explain page asks of a network's convolutions: their filters, and what these make of an image.

And what the network would answer with other weights in one of them.
"""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from core.nn.inference import models
from core.nn.tensorflow_import import import_keras
from core.runs.model_files import MODEL, model_version

if TYPE_CHECKING:
    import keras


class Convolution(NamedTuple):
    """A convolution of a network.

    Attributes:
        name: the layer's, in Keras.
        size: the filter's side.
        stride: how far it moves.
        padding: `valid` or `same`.
        channels: how many channels a filter sees: one where each channel has filters of its own.
        filters: how many it has.
        activation: the name of the layer's own activation, in Keras.
    """

    name: str
    size: int
    stride: int
    padding: str
    channels: int
    filters: int
    activation: str


class Filtered(NamedTuple):
    """What one filter makes of an image.

    Attributes:
        plane: the channel of what the layer is given, float32 `(height, width)`.
        output: what the filter makes of all channels that it sees, before the activation, float32 `(rows, columns)`.
        bias: added to each sum.
    """

    plane: np.ndarray
    output: np.ndarray
    bias: float


def convolutions(folder: str) -> list[Convolution]:
    """Return a network's convolutions with square filters, first layer first, those of networks within it among them.

    Args:
        folder: the run's folder.

    Raises:
        OSError, ValueError: the model is not there or cannot be read.
    """
    return [_described(layer) for layer in _layers(models.load(folder))]


def filters(folder: str, place: int) -> np.ndarray:
    """Return a layer's weights, float32 `(size, size, channels, filters)`.

    Args:
        folder: the run's folder.
        place: of the layer, in `convolutions`.

    Raises:
        OSError, ValueError: the model is not there or cannot be read.
    """
    layer = _layers(models.load(folder))[place]
    kernel = np.asarray(_kernel(layer), np.float32)
    return kernel if _sees_all(layer) else kernel.reshape(*kernel.shape[:2], 1, -1)


def filtered(folder: str, image: np.ndarray, place: int, number: int, channel: int) -> Filtered:
    """Return what a filter makes of an image.

    Args:
        folder: the run's folder.
        image: uint8 `(height, width, channels)`, after the run's own preprocessing.
        place: of the layer, in `convolutions`.
        number: of the filter.
        channel: of those that it sees.

    Raises:
        OSError, ValueError: the model is not there or cannot be read, or the image is of another shape.
    """
    path = Path(folder) / MODEL
    layer = _layers(models.load(folder))[place]
    # Of a network with several views of an image, the first is the image itself.
    given = np.asarray(_before(path, model_version(Path(folder)), place)(image[np.newaxis]), np.float32)[:1]
    weights = filters(folder, place)[..., number : number + 1]
    if not _sees_all(layer):
        own = number // layer.depth_multiplier
        given = given[..., own : own + 1]
    import tensorflow as tf

    bias = _bias(layer, number)
    output = tf.nn.conv2d(given, weights, layer.strides[0], layer.padding.upper()).numpy()[0, :, :, 0] + bias
    return Filtered(given[0, :, :, channel], output, bias)


def answer_with(
    folder: str, image: np.ndarray, place: int, number: int, channel: int, kernel: np.ndarray
) -> np.ndarray:
    """Return what a network would answer if a filter had other weights for one channel, float32 `(classes,)`.

    The network in memory has its own weights again afterwards, and its files are not touched.

    Args:
        folder: the run's folder.
        image: as for `filtered`, and so `place`, `number` and `channel`.
        kernel: `(size, size)`.

    Raises:
        OSError, ValueError: as `filtered`.
    """
    layer = _layers(models.load(folder))[place]
    variable = _kernel(layer)
    before = np.asarray(variable)
    changed = before.copy()
    # The filters of a layer with some for each channel lie one after the other.
    view = changed if _sees_all(layer) else changed.reshape(*changed.shape[:2], 1, -1)
    view[:, :, channel, number] = kernel
    try:
        variable.assign(changed)
        return models.predict(folder, image[np.newaxis])[0]
    finally:
        variable.assign(before)


def _layers(model: "keras.Model") -> list[Any]:
    import keras

    from core.nn.layers.build import all_layers

    kinds = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)
    return [each for each in all_layers(model) if isinstance(each, kinds) and _is_plain(each)]


def _is_plain(layer: Any) -> bool:
    """Tell whether a layer slides square filters by one step both ways, over all channels or over each."""
    same = len(set(layer.kernel_size)) == len(set(layer.strides)) == 1
    return (
        same
        and layer.dilation_rate in (1, (1, 1))
        and getattr(layer, "groups", 1) == 1
        and layer.padding in ("valid", "same")
    )


def _sees_all(layer: Any) -> bool:
    """Tell whether a layer's filters see all channels; else each channel has filters of its own."""
    return not hasattr(layer, "depth_multiplier")


def _kernel(layer: Any) -> Any:
    return layer.depthwise_kernel if hasattr(layer, "depthwise_kernel") else layer.kernel


def _described(layer: Any) -> Convolution:
    size, channels, count = (int(_kernel(layer).shape[axis]) for axis in (0, 2, 3))
    if not _sees_all(layer):
        channels, count = 1, channels * count
    # A separable convolution's activation comes after its sums over channels.
    activation = "" if hasattr(layer, "pointwise_kernel") else layer.activation.__name__
    return Convolution(layer.name, size, layer.strides[0], layer.padding, channels, count, activation)


def _bias(layer: Any, number: int) -> float:
    """Return what is added to a filter's sums; a separable convolution adds only to its sums over channels."""
    alone = layer.bias is None or hasattr(layer, "pointwise_kernel")
    return 0.0 if alone else float(np.asarray(layer.bias)[number])


@lru_cache(maxsize=16)
def _before(path: Path, _version: tuple[int, int], place: int) -> Callable[[np.ndarray], Any]:
    """Return what a convolution of a model is given, as a graph: a fraction of the time, layer by layer."""
    import_keras()
    import tensorflow as tf

    model = models.load(str(path.parent))
    inside = _given(model, _layers(model)[place])
    return tf.function(inside, input_signature=[tf.TensorSpec((1, *model.input_shape[1:]), tf.uint8)])


def _given(model: "keras.Model", wanted: Any) -> Callable[[Any], Any]:
    """Return what makes of images what a layer is given, which may be one of a network within the network."""
    import keras

    from core.nn.layers.build import all_layers

    for place, layer in enumerate(model.layers):
        if layer is wanted:
            return _up_to(model, layer.input)
        if isinstance(layer, keras.Model) and any(each is wanted for each in all_layers(layer)):
            outside, within = _up_to(model, model.layers[place - 1].output), _given(layer, wanted)
            return lambda images, outside=outside, within=within: within(outside(images))  # type: ignore[misc]
    raise ValueError("the network has no such layer")


def _up_to(model: "keras.Model", tensor: Any) -> Callable[[Any], Any]:
    import keras

    if tensor is model.inputs[0]:
        return lambda images: images
    inside = keras.Model(model.inputs[0], tensor)
    return lambda images: inside(images, training=False)
