"""A network as a list of layer specifications: data, not Keras. `core.nn.build` makes the Keras model of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from core.preprocessing.normalisation import NONE, Normalisation
from core.settings import SettingError, Specification, setting, specification

HIDDEN_ACTIVATIONS = ("linear", "relu", "gelu", "silu", "tanh", "sigmoid")
ACTIVATIONS = (*HIDDEN_ACTIVATIONS, "softmax")
# Those of `keras.applications` that are small enough for a laptop without a GPU.
APPLICATIONS = ("MobileNetV2", "MobileNetV3Small", "EfficientNetV2B0", "ResNet50V2")
_L1 = "Kernel weights pay this times their absolute values: many become 0."
_L2 = "Kernel weights pay this times their squares: they stay small."


@dataclass(frozen=True)
class Layer(Specification):
    """The base of all layer specifications. Names and meaning of the fields are Keras's."""


@dataclass(frozen=True)
class Rescaling(Layer):
    """Pixel values times a factor: 1/255 brings 0–255 to 0–1."""

    title: ClassVar[str] = "Rescaling"

    scale: float = setting(1 / 255, minimum=0.0, maximum=255.0, help="The factor.")
    offset: float = setting(0.0, minimum=-255.0, maximum=255.0, help="What is added after.")


@dataclass(frozen=True)
class Normalization(Layer):
    """Each channel minus its mean, divided by its deviation: (v − mean) / √variance."""

    title: ClassVar[str] = "Normalisation"

    mean: tuple[float, ...] = setting((0.0,), minimum=0.0, maximum=255.0, help="One, or one a channel.")
    variance: tuple[float, ...] = setting(
        (1.0,), minimum=1e-6, maximum=65025.0, help="The square of the deviation: one, or one a channel."
    )


@dataclass(frozen=True)
class Conv2D(Layer):
    """Small filters slid over the picture."""

    title: ClassVar[str] = "Convolution"

    filters: int = setting(32, minimum=1, maximum=1024, step=1, help="How many filters, and so channels out.")
    kernel_size: int = setting(3, minimum=1, maximum=15, step=1, unit="px", help="Each filter's side.")
    strides: int = setting(1, minimum=1, maximum=8, step=1, unit="px", help="How far a filter moves at a time.")
    padding: str = setting("valid", choices=("valid", "same"), help="same: zeros around keep the size.")
    activation: str = setting("relu", choices=HIDDEN_ACTIVATIONS)
    use_bias: bool = setting(True, help="Add a number a filter; batch normalisation right after makes it needless.")
    l1: float = setting(0.0, minimum=0.0, maximum=1.0, step=1e-4, help=_L1)
    l2: float = setting(0.0, minimum=0.0, maximum=1.0, step=1e-4, help=_L2)


@dataclass(frozen=True)
class MaxPool2D(Layer):
    """The largest value of each small square."""

    title: ClassVar[str] = "Max pooling"

    pool_size: int = setting(2, minimum=1, maximum=8, step=1, unit="px", help="The square's side.")


@dataclass(frozen=True)
class AveragePool2D(Layer):
    """The mean of each small square."""

    title: ClassVar[str] = "Average pooling"

    pool_size: int = setting(2, minimum=1, maximum=8, step=1, unit="px", help="The square's side.")


@dataclass(frozen=True)
class GlobalAveragePooling2D(Layer):
    """The mean of each channel over the whole picture: one number a channel, for pictures of any size."""

    title: ClassVar[str] = "Global average pooling"


@dataclass(frozen=True)
class GlobalMaxPooling2D(Layer):
    """The largest value of each channel in the whole picture: one number a channel, for pictures of any size."""

    title: ClassVar[str] = "Global max pooling"


@dataclass(frozen=True)
class Activation(Layer):
    """A function of each value, such as 0 for all that is negative (ReLU)."""

    title: ClassVar[str] = "Activation"

    function: str = setting("relu", choices=HIDDEN_ACTIVATIONS)


@dataclass(frozen=True)
class BatchNormalization(Layer):
    """Each channel brought to mean 0 and deviation 1 over the batch."""

    title: ClassVar[str] = "Batch normalisation"

    momentum: float = setting(
        0.99,
        minimum=0.0,
        maximum=0.9999,
        step=0.01,
        help="How slowly the statistics for validation and prediction follow those of the batches.",
    )


@dataclass(frozen=True)
class Dropout(Layer):
    """In training, a share of the values set to 0 at random."""

    title: ClassVar[str] = "Dropout"

    rate: float = setting(0.5, minimum=0.0, maximum=0.95, step=0.05, help="The share.")


@dataclass(frozen=True)
class Flatten(Layer):
    """All values in one row."""

    title: ClassVar[str] = "Flatten"


@dataclass(frozen=True)
class Dense(Layer):
    """Every value joined to every unit."""

    title: ClassVar[str] = "Dense"

    units: int = setting(32, minimum=1, maximum=8192, step=1, help="How many units.")
    activation: str = setting("linear", choices=ACTIVATIONS)
    l1: float = setting(0.0, minimum=0.0, maximum=1.0, step=1e-4, help=_L1)
    l2: float = setting(0.0, minimum=0.0, maximum=1.0, step=1e-4, help=_L2)


@dataclass(frozen=True)
class ResidualBlock(Layer):
    """Two 3×3 convolutions with batch normalisation, added to what came in (He et al., 2016).

    The shortcut is a 1×1 convolution with batch normalisation where channels or size change.
    """

    title: ClassVar[str] = "Residual block"

    filters: int = setting(64, minimum=1, maximum=1024, step=1, help="How many filters, and so channels out.")
    strides: int = setting(1, minimum=1, maximum=8, step=1, unit="px", help="How far the first convolution moves.")
    activation: str = setting("relu", choices=HIDDEN_ACTIVATIONS)


@dataclass(frozen=True)
class Pretrained(Layer):
    """A network of `keras.applications`, trained on ImageNet, without its last layer; it scales its own input."""

    title: ClassVar[str] = "Pretrained network"

    application: str = setting("MobileNetV2", choices=APPLICATIONS, help="Its weights are downloaded once.")
    trainable: bool = setting(False, help="Train its weights too (fine-tuning), or only the layers after it.")


LAYERS: dict[str, type[Layer]] = {
    kind.__name__: kind
    for kind in (
        Rescaling,
        Normalization,
        Conv2D,
        MaxPool2D,
        AveragePool2D,
        GlobalMaxPooling2D,
        GlobalAveragePooling2D,
        BatchNormalization,
        Activation,
        Dropout,
        Flatten,
        Dense,
        ResidualBlock,
        Pretrained,
    )
}


@dataclass(frozen=True)
class Network:
    """Layers from input to output. The last is a dense softmax layer over the classes."""

    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        """Check the last layer.

        Raises:
            SettingError: it is not a dense layer with softmax.
        """
        last = self.layers[-1] if self.layers else None
        if not (isinstance(last, Dense) and last.activation == "softmax"):
            raise SettingError(f"A network's last layer must be a Dense layer with softmax; received {last!r}.")

    def with_classes(self, classes: int) -> "Network":
        """Return the network with as many outputs as there are classes."""
        return Network((*self.layers[:-1], replace(self.layers[-1], units=classes)))  # type: ignore[call-arg]

    def normalised(self, normalisation: Normalisation) -> "Network":
        """Return the network with this as what it does with the numbers first, in place of what it did."""
        rest = self.layers[1:] if isinstance(self.layers[0], Rescaling | Normalization) else self.layers
        if normalisation.how == NONE:
            return Network(rest)
        if normalisation.means:
            variance = tuple(deviation**2 for deviation in normalisation.deviations)
            return Network((Normalization(mean=normalisation.means, variance=variance), *rest))
        return Network((Rescaling(scale=normalisation.scale[0], offset=normalisation.offset[0]), *rest))

    def to_json(self) -> list[dict[str, Any]]:
        """Return the layers as JSON objects."""
        return [layer.to_json() for layer in self.layers]

    @classmethod
    def from_json(cls, data: Sequence[Any]) -> "Network":
        """Make a network from `to_json`'s list.

        Raises:
            SettingError: an unknown layer or field, a value that is not taken, or a wrong last layer.
        """
        return cls(tuple(specification("layer", LAYERS, each) for each in data))
