"""What every layer answers about itself; a new one changes what differs, and has a line in `core.networks.layers`."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, NamedTuple, Self

from core.charts import palette
from core.settings import Specification

Shape = tuple[int, ...]

HIDDEN_ACTIVATIONS = ("linear", "relu", "gelu", "silu", "tanh", "sigmoid")
ACTIVATIONS = (*HIDDEN_ACTIVATIONS, "softmax")

# Colours of the drawing: what a family's layers have in common, as CSS writes them.
CONVOLUTION, POOLING, DENSE, REST, BLOCK = (
    palette.BLUE,
    palette.ORANGE,
    palette.PURPLE,
    palette.PLAIN_LAYER,
    palette.GREEN,
)


class KerasContext(NamedTuple):
    """What a layer makes its Keras layers with; `core.nn.layers.own_keras` fills it: only `core.nn` imports Keras.

    Attributes:
        keras: the module.
        layers: `keras.layers`, where those of Pixelwise's own that are faster stand in for Keras's of the same name.
    """

    keras: Any
    layers: Any


class Penalty(NamedTuple):
    """What a layer's kernel pays for its size: the argument `kernel_regularizer`."""

    l1: float
    l2: float


class Arguments(NamedTuple):
    """What a Keras layer is made with; a named one that is as Keras has it by itself may be left out."""

    positional: tuple[Any, ...] = ()
    named: Mapping[str, Any] = {}


class LayerDrawing(NamedTuple):
    """How a layer stands in the drawing of a network.

    Attributes:
        label: its name as there is room for it under its box.
        colour: of its kind, as CSS writes it.
        plate: whether it is a thin plate, as what leaves the shape as it is; else a box or bar as large as its output.
        dashed: whether a plate's edge is dashed, as where values are dropped.
    """

    label: str
    colour: str = REST
    plate: bool = False
    dashed: bool = False


@dataclass(frozen=True)
class Layer(Specification):
    """The base of all layers. Names and meaning of the fields are Keras's.

    A shape is that of one image: height, width, channels; or, after a flatten, of one row of numbers.
    """

    # The layer's name in `keras.layers`; empty: the class's own.
    keras_name: ClassVar[str] = ""
    # A function of the script that its code calls, with two empty lines after it.
    function_code: ClassVar[str] = ""
    needs_image: ClassVar[bool] = False
    # What to do where Keras refuses it.
    advice: ClassVar[str] = "Leave it out, or put it elsewhere."
    # Whether it may be what a network does with the numbers first, which a preprocessing puts in place.
    begins: ClassVar[bool] = False
    # Whether values 0–255 are small numbers after it.
    calms: ClassVar[bool] = False
    pools: ClassVar[bool] = False
    drops: ClassVar[bool] = False
    # Whether it makes one number of each channel of a whole image.
    pools_whole: ClassVar[bool] = False

    @property
    def extracts_features(self) -> bool:
        """Whether it makes features by weights that come with it and are not trained."""
        return False

    # What it makes of a shape

    def problem(self, shape: Shape) -> str:
        """Say why it cannot work on a shape, and what to do; empty where it can."""
        if not self.needs_image or len(shape) > 1:
            return ""
        return (
            "This layer needs an image (height × width × channels) but receives a flat vector of "
            f"{shape[0]:,} values. Move it before "
            "the layer that flattens, or remove it."
        )

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape of what it hands on, where it has no `problem`."""
        return shape

    def parameters(self, shape: Shape) -> int:  # noqa: ARG002 as all layers are asked
        """Return how many numbers it holds."""
        return 0

    def trained(self, shape: Shape) -> int:
        """Return how many of its parameters follow the gradient."""
        return self.parameters(shape)

    def values(self, shape: Shape) -> int:
        """Return how many numbers one image's pass through it makes, those inside of it counted."""
        return math.prod(self.output_shape(shape))

    # Keras and code

    def arguments(self, *, mixed: bool) -> Arguments:  # noqa: ARG002 as all layers are asked
        """Return what its Keras layer is made with; by itself all its fields in order.

        Args:
            mixed: whether most of the network may compute with 16 bits.
        """
        return Arguments(tuple(getattr(self, each.name) for each in fields(self)))

    def keras(self, context: KerasContext, tensor: Any) -> Any:
        """Return what its Keras layers make of a tensor of the model.

        Raises:
            ValueError: it cannot work on the tensor's shape.
            SettingError: something that it needs cannot be had.
        """
        positional, named = self.arguments(mixed=True)
        made = getattr(context.layers, self.keras_name or type(self).__name__)
        return made(*positional, **{name: _value(value, context.keras) for name, value in named.items()})(tensor)

    def keras_for_features(self, context: KerasContext, tensor: Any) -> Any:
        """Return what `keras` returns, of a network that stays as it is, where that is faster."""
        return self.keras(context, tensor)

    def code(self, *, mixed: bool) -> str:
        """Return the expression of a script that applies it to `tensor`; `layers` is `keras.layers`."""
        positional, named = self.arguments(mixed=mixed)
        given = [*map(_written, positional), *(f"{name}={_written(value)}" for name, value in named.items())]
        return f"layers.{self.keras_name or type(self).__name__}({', '.join(given)})(tensor)"

    def functions_code(self) -> str:
        """Return the functions of the script that its code calls, each with two empty lines after it."""
        return self.function_code

    # For people

    def drawing(self) -> LayerDrawing:
        """Return how it stands in the drawing of a network."""
        return LayerDrawing(self.title.lower())

    def details(self) -> str:
        """Return its settings for a person, in short, such as `32 filters of 3 × 3, same, relu`."""
        return ""

    def said_of_values(self) -> str:
        """Say what a network that begins with it does with the numbers of images, after "the network"."""
        return "takes values 0–255"

    # What it is to others

    @property
    def answers(self) -> bool:
        """Whether it gives a probability for each class, as a network's last layer must."""
        return False

    def with_outputs(self, count: int) -> "Layer":
        """Return it with so many numbers out; only one that `answers` is asked."""
        raise NotImplementedError(type(self).__name__)

    @classmethod
    def added(cls) -> Self:
        """Return it as it is put into a network that is being built, before the last layer."""
        return cls()

    @property
    def is_penalised(self) -> bool:
        """Whether its weights pay for their size, beside the loss."""
        return False

    def with_l2(self, factor: float) -> "Layer":  # noqa: ARG002 as all layers are asked
        """Return it with kernels that pay this times their squares; itself where it has none."""
        return self

    def wider(self) -> "Layer":
        """Return it with twice the filters or units; itself where it has none."""
        return self

    def learning_to_pool(self, channels: int) -> "Layer":  # noqa: ARG002 as all layers are asked
        """Return the layer of weights that makes an image of so many channels as small; itself where it does not."""
        return self

    @property
    def statistics_momentum(self) -> float:
        """How slowly the statistics that it keeps for validation follow those of the batches; 0 where it keeps none."""
        return 0.0

    def with_statistics_momentum(self, momentum: float) -> "Layer":  # noqa: ARG002 as all layers are asked
        """Return it with statistics that follow so slowly; itself where it keeps none."""
        return self


class ImageLayer(Layer):
    """The base of layers that need an image, not a row."""

    needs_image: ClassVar[bool] = True
    advice: ClassVar[str] = (
        "Take a smaller kernel or pool, or padding 'same', or leave a layer out; Flatten comes after them."
    )


def slid(shape: Shape, window: int, stride: int, *, same: bool) -> tuple[int, int]:
    """Return how often a window fits along the height and the width; `same` pads with zeros."""
    height, width = (math.ceil((side if same else side - window + 1) / stride) for side in shape[:2])
    return height, width


def too_large(what: str, shape: Shape, other: str = "") -> str:
    """Say that a window does not fit into an image, and what else to choose."""
    return (
        f"The {what} does not fit into an input of {shape[0]} × {shape[1]}. Choose {other}a smaller one, or "
        "use less pooling before it."
    )


def _value(value: Any, keras: Any) -> Any:
    return keras.regularizers.L1L2(*value) if isinstance(value, Penalty) else value


def _written(value: Any) -> str:
    """Return a value as a person writes it in Python."""
    if isinstance(value, Penalty):
        return f"keras.regularizers.L1L2({value.l1!r}, {value.l2!r})"
    if isinstance(value, str):
        return f'"{value}"'
    return {1 / 255: "1 / 255", 1 / 127.5: "1 / 127.5"}.get(value, repr(value))
