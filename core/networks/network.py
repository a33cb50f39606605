"""A network as a list of layers: data, not Keras. `core.nn.layers.build` makes the Keras model of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.networks.layers import LAYERS, Layer, Normalization, Rescaling
from core.preprocessing.normalisation import NONE, Normalisation
from core.settings import SettingError, format_value, specification

_MOST_LAYERS = 500


@dataclass(frozen=True)
class Network:
    """Layers from input to output. The last is a dense softmax layer over the classes.

    One without layers is that of a recipe whose generator has networks of its own.
    """

    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        """Check the last layer.

        Raises:
            SettingError: it is not a dense layer with softmax.
        """
        if self.layers and not self.layers[-1].answers:
            raise _without_softmax(self.layers[-1])

    def with_classes(self, classes: int) -> "Network":
        """Return the network with as many outputs as there are classes."""
        if not self.layers:
            return self
        return Network((*self.layers[:-1], self.layers[-1].with_outputs(classes)))

    @property
    def beginning(self) -> tuple[Layer, ...]:
        """The first layer, where it is one that only brings the numbers of images to others; else nothing."""
        return self.layers[:1] if self.layers and self.layers[0].begins else ()

    def normalised(self, normalisation: Normalisation) -> "Network":
        """Return the network with this as what it does with the numbers first, in place of what it did."""
        rest = self.layers[len(self.beginning) :]
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
            SettingError: an unknown layer or field, a value that is not taken, a wrong last layer, or too many.
        """
        if not isinstance(data, list | tuple):
            raise SettingError(f"A network is a list of layers; received {format_value(data)}.")
        if len(data) > _MOST_LAYERS:
            raise SettingError(f"The network has {len(data):,} layers; at most {_MOST_LAYERS} are taken.")
        if not data:
            raise _without_softmax(None)
        return cls(tuple(specification("layer", LAYERS, each) for each in data))


def _without_softmax(last: Layer | None) -> SettingError:
    return SettingError(f"A network's last layer must be a Dense layer with softmax; received {format_value(last)}.")
