"""The sizes of a network's layers: shape, parameters and memory of each, reckoned without Keras."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.networks.layers import Layer, Shape

_FLOAT_BYTES = 4
# A weight, its gradient, the two moving means that Adam keeps of it, and what of these is copied to compute a step and
# to save a checkpoint: 9.3 in all were measured on 34 million weights.
_COPIES_OF_A_TRAINED_WEIGHT = 9
# A value is kept for the way back, where its gradient takes as much.
_COPIES_OF_A_VALUE = 2
# Python with TensorFlow imported and its threads at work.
_TENSORFLOW_BYTES = 780_000_000


@dataclass(frozen=True)
class LayerSize:
    """What a layer makes and holds.

    Attributes:
        output: the shape of what it hands on for one image; `None` where it cannot work, or one before it cannot.
        parameters: how many numbers it holds; `trained` of them follow the gradient.
        trained: see above.
        values: how many numbers one image's pass through it makes, those inside of it counted.
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
                problem=(
                    f"The last layer needs a flat vector but receives {shape_text(shape)}. Add Flatten or "
                    "Global average pooling before it."
                ),
            )
        sizes.append(size)
        shape = size.output
    return sizes


def total_bytes(sizes: Sequence[LayerSize], batch_size: int) -> int:
    """Return about how much memory a training takes in all, TensorFlow included, the images not."""
    return _TENSORFLOW_BYTES + sum(size.training_bytes(batch_size) for size in sizes)


def memory_problem(sizes: Sequence[LayerSize], batch_size: int, available: int) -> str:
    """Say why a training will not fit into memory, with what takes most of it; empty when it will.

    Args:
        sizes: of its layers.
        batch_size: images a step.
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
        else (f"what its layers make of {batch_size:,} images at a time", "Choose a smaller batch size.")
    )
    return (
        f"Not enough memory: training needs about {bytes_text(needed)} (mostly for {what}), but only "
        f"{bytes_text(available)} is free. {remedy}"
    )


def shift_problem(pixels: int, input_shape: Shape) -> str:
    """Say why images cannot be shifted by so many pixels for a prediction; empty when they can.

    What comes in at an edge is the image's mirror image, and that ends.
    """
    if pixels < min(input_shape[:2]):
        return ""
    return (
        f"“Shift test-time augmentation” shifts by {pixels} pixels, and images of {shape_text(input_shape[:2])} can be "
        f"shifted by {min(input_shape[:2]) - 1} at most. Set it to less, or to 0."
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
    if problem := layer.problem(shape):
        return LayerSize(None, problem=problem)
    return LayerSize(layer.output_shape(shape), layer.parameters(shape), layer.trained(shape), layer.values(shape))


def without_pooling(layers: Sequence[Layer], input_shape: Shape) -> list[Layer]:
    """Return the layers with convolutions that move further in place of pooling, which learn what to keep.

    Args:
        layers: any.
        input_shape: height, width, channels.
    """
    changed: list[Layer] = []
    shape: Shape | None = input_shape
    for layer, size in zip(layers, layer_sizes(layers, input_shape), strict=True):
        changed.append(layer if shape is None else layer.learning_to_pool(shape[-1]))
        shape = size.output
    return changed
