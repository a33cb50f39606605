"""What a network's layers make of a picture: shape, parameters and memory of each, reckoned without Keras."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.network import (
    Activation,
    AveragePool2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    MaxPool2D,
    Normalization,
    Pretrained,
    Rescaling,
    ResidualBlock,
)

Shape = tuple[int, ...]

_FLOAT_BYTES = 4
# A weight, its gradient, the two moving means that Adam keeps of it, and what of these is copied to compute a step and
# to save a checkpoint: 9.3 in all were measured on 34 million weights.
_COPIES_OF_A_TRAINED_WEIGHT = 9
# A value is kept for the way back, where its gradient takes as much.
_COPIES_OF_A_VALUE = 2
# Python with TensorFlow imported and its threads at work.
_TENSORFLOW_BYTES = 780_000_000


class _Application(NamedTuple):
    """A network of `keras.applications` without its last layer.

    Attributes:
        parameters: how many; `trainable` without those of its batch normalisations, which stay as they came.
        channels: of its output, whose sides are a 32nd of the input's, rounded up.
        values: how many one picture's pass makes for each pixel of the input.
    """

    parameters: int
    trainable: int
    channels: int
    values: int


# Counted in Keras 3.15 with `include_top=False`; a test counts again.
_APPLICATIONS = {
    "MobileNetV2": _Application(2_257_984, 2_189_760, 1280, 437),
    "MobileNetV3Small": _Application(939_120, 914_896, 576, 109),
    "EfficientNetV2B0": _Application(5_919_312, 5_798_096, 1280, 326),
    "ResNet50V2": _Application(23_564_800, 23_473_920, 2048, 634),
}
_APPLICATION_STRIDE = 32


@dataclass(frozen=True)
class LayerSize:
    """What a layer makes and holds.

    Attributes:
        output: the shape of what it hands on for one picture; `None` where it cannot work, or one before it cannot.
        parameters: how many numbers it holds; `trained` of them follow the gradient.
        trained: see above.
        values: how many numbers one picture's pass through it makes, those inside of it counted.
        problem: why it cannot work on what it is given, and what to do; empty when it can.
    """

    output: Shape | None
    parameters: int = 0
    trained: int = 0
    values: int = 0
    problem: str = ""

    def weight_bytes(self) -> int:
        """Return the memory of its weights while it trains."""
        kept = self.parameters - self.trained
        return _FLOAT_BYTES * (kept + _COPIES_OF_A_TRAINED_WEIGHT * self.trained)

    def value_bytes(self, batch_size: int) -> int:
        """Return the memory of what it makes of a batch in training."""
        return _FLOAT_BYTES * _COPIES_OF_A_VALUE * batch_size * self.values

    def training_bytes(self, batch_size: int) -> int:
        """Return the memory that it takes in training, about: its weights with Adam's, and a batch's values."""
        return self.weight_bytes() + self.value_bytes(batch_size)


def layer_sizes(layers: Sequence[Layer], input_shape: Shape) -> list[LayerSize]:
    """Return the size of each layer, from input to output; the last must get one row of numbers.

    Args:
        layers: any, possible or not.
        input_shape: height, width, channels.
    """
    sizes: list[LayerSize] = []
    shape: Shape | None = input_shape
    for position, layer in enumerate(layers, start=1):
        size = LayerSize(None) if shape is None else _size(layer, shape)
        if shape is not None and not size.problem and position == len(layers) and len(shape) > 1:
            size = LayerSize(
                None,
                problem=f"The last layer needs one row of numbers, and gets {shape_text(shape)}. Put a Flatten or a "
                f"Global average pooling before it.",
            )
        sizes.append(size)
        shape = size.output
    return sizes


def total_bytes(sizes: Sequence[LayerSize], batch_size: int) -> int:
    """Return about how much memory a training takes in all, TensorFlow included, the pictures not."""
    return _TENSORFLOW_BYTES + sum(size.training_bytes(batch_size) for size in sizes)


def memory_problem(sizes: Sequence[LayerSize], batch_size: int, available: int) -> str:
    """Say why a training will not fit into memory, with what takes most of it; empty when it will.

    Args:
        sizes: of its layers.
        batch_size: pictures a step.
        available: bytes that are free.
    """
    needed = total_bytes(sizes, batch_size)
    if needed <= available:
        return ""
    weights = sum(size.weight_bytes() for size in sizes)
    values = sum(size.value_bytes(batch_size) for size in sizes)
    what, remedy = (
        (
            f"its {sum(size.parameters for size in sizes):,} parameters",
            "Pool more before the dense layers, or make them smaller.",
        )
        if weights > values
        else (f"what its layers make of {batch_size:,} pictures at a time", "Choose a smaller batch size.")
    )
    return (
        f"This network is too big for the memory of this machine: training takes about {bytes_text(needed)}, most of "
        f"it for {what}, and {bytes_text(available)} are free. {remedy}"
    )


def shift_problem(pixels: int, input_shape: Shape) -> str:
    """Say why pictures cannot be shifted by so many pixels for a prediction; empty when they can.

    What comes in at an edge is the picture's mirror image, and that ends.
    """
    if pixels < min(input_shape[:2]):
        return ""
    return (
        f"“Shifted prediction” shifts by {pixels} pixels, and pictures of {shape_text(input_shape[:2])} can be shifted "
        f"by {min(input_shape[:2]) - 1} at most. Set it to less, or to 0."
    )


def shape_text(shape: Shape) -> str:
    """Return a shape for a person, such as `28 × 28 × 32`."""
    return " × ".join(f"{side:,}" for side in shape)


def bytes_text(count: float) -> str:
    """Return an amount of memory for a person."""
    for limit, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= limit:
            return f"{count / limit:.3g} {unit}"
    return f"{count:.0f} B"


def _size(layer: Layer, shape: Shape) -> LayerSize:
    match layer:
        case Rescaling() | Activation() | Dropout():
            return _made(shape)
        case Normalization():
            return _normalized(layer, shape)
        case BatchNormalization():
            return _made(shape, 4 * shape[-1], 2 * shape[-1])
        case Flatten():
            return _made((math.prod(shape),))
        case Dense():
            parameters = (shape[-1] + 1) * layer.units
            return _made((*shape[:-1], layer.units), parameters, parameters)
    if len(shape) == 1:
        problem = f"It needs a picture (height × width × channels), and gets one row of {shape[0]:,} numbers."
        return LayerSize(None, problem=f"{problem} Move it before the layer that makes one row, or remove it.")
    return _picture_size(layer, (shape[0], shape[1], shape[2]))


def _picture_size(layer: Layer, shape: tuple[int, int, int]) -> LayerSize:
    """Return the size of a layer that needs pictures."""
    channels = shape[-1]
    match layer:
        case Conv2D():
            same = layer.padding == "same"
            if not same and min(shape[:2]) < layer.kernel_size:
                return _too_large(f"filter of {layer.kernel_size} × {layer.kernel_size}", shape, "padding 'same', ")
            sides = _slid(shape, layer.kernel_size, layer.strides, same=same)
            parameters = (layer.kernel_size**2 * channels + layer.use_bias) * layer.filters
            return _made((*sides, layer.filters), parameters, parameters)
        case MaxPool2D() | AveragePool2D():
            if min(shape[:2]) < layer.pool_size:
                return _too_large(f"square of {layer.pool_size} × {layer.pool_size}", shape)
            return _made((*_slid(shape, layer.pool_size, layer.pool_size, same=False), channels))
        case GlobalMaxPooling2D() | GlobalAveragePooling2D():
            return _made((channels,))
        case ResidualBlock():
            return _residual(layer, shape)
        case Pretrained():
            return _pretrained(layer, shape)
    raise NotImplementedError(type(layer).__name__)


def _made(output: Shape, parameters: int = 0, trained: int = 0) -> LayerSize:
    return LayerSize(output, parameters, trained, math.prod(output))


def _slid(shape: Shape, window: int, stride: int, *, same: bool) -> tuple[int, int]:
    """Return how often a window fits along the height and the width; `same` pads with zeros."""
    height, width = (math.ceil((side if same else side - window + 1) / stride) for side in shape[:2])
    return height, width


def _too_large(what: str, shape: Shape, other: str = "") -> LayerSize:
    return LayerSize(
        None,
        problem=f"Its {what} does not fit into a picture of {shape[0]} × {shape[1]}. Choose {other}a smaller one, or "
        f"less pooling before it.",
    )


def _normalized(layer: Normalization, shape: Shape) -> LayerSize:
    means, variances = len(layer.mean), len(layer.variance)
    if means != variances or means not in (1, shape[-1]):
        return LayerSize(
            None,
            problem=f"It has {means} means and {variances} variances, and what it gets has {shape[-1]} channels. Give "
            f"one of each, or one of each a channel.",
        )
    return _made(shape)


def _residual(layer: ResidualBlock, shape: Shape) -> LayerSize:
    """Two convolutions, each with batch normalisation; a shortcut of its own where the shape changes."""
    channels, filters = shape[-1], layer.filters
    sides = _slid(shape, 3, layer.strides, same=True)
    kernels = 9 * channels * filters + 9 * filters * filters
    normalisations = 2
    output = (*sides, filters)
    if output != shape:
        kernels += channels * filters
        normalisations += 1
    # Each convolution, each normalisation, two activations and the sum.
    values = (2 * normalisations + 3) * math.prod(output)
    return LayerSize(output, kernels + 4 * normalisations * filters, kernels + 2 * normalisations * filters, values)


def _pretrained(layer: Pretrained, shape: Shape) -> LayerSize:
    height, width, channels = shape
    if min(height, width) < _APPLICATION_STRIDE or channels not in (1, 3):
        return LayerSize(
            None,
            problem=f"{layer.application} needs gray or colour pictures of at least {_APPLICATION_STRIDE} × "
            f"{_APPLICATION_STRIDE}, and gets {shape_text(shape)}. Put it first, and enlarge the pictures in the "
            f"preprocessing.",
        )
    about = _APPLICATIONS[layer.application]
    output = (math.ceil(height / _APPLICATION_STRIDE), math.ceil(width / _APPLICATION_STRIDE), about.channels)
    # Nothing is kept for the way back through weights that do not train.
    values = about.values * height * width if layer.trainable else math.prod(output)
    return LayerSize(output, about.parameters, about.trainable if layer.trainable else 0, values)


def without_pooling(layers: Sequence[Layer], input_shape: Shape) -> list[Layer]:
    """Return the layers with convolutions that move further in place of pooling, which learn what to keep.

    So do Springenberg and others ("Striving for simplicity", 2015): a 3 × 3 convolution with as many channels, which
    moves as far as the pool was wide.

    Args:
        layers: any.
        input_shape: height, width, channels.
    """
    changed: list[Layer] = []
    shape: Shape | None = input_shape
    for layer, size in zip(layers, layer_sizes(layers, input_shape), strict=True):
        if isinstance(layer, MaxPool2D | AveragePool2D) and shape is not None:
            kernel_size = max(3, layer.pool_size)
            changed.append(Conv2D(shape[-1], kernel_size, layer.pool_size, "same"))
        else:
            changed.append(layer)
        shape = size.output
    return changed
