"""Residual blocks."""

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from core.networks.layers.base import (
    BLOCK,
    HIDDEN_ACTIVATIONS,
    ImageLayer,
    KerasContext,
    Layer,
    LayerDrawing,
    Shape,
    slid,
)
from core.networks.layers.convolution import MOST_FILTERS
from core.settings import setting


@dataclass(frozen=True)
class ResidualBlock(ImageLayer):
    """Two 3×3 convolutions with batch normalisation, added to what came in (He et al., 2016).

    The shortcut is a 1×1 convolution with batch normalisation where channels or size change.
    """

    title: ClassVar[str] = "Residual block"
    function_code: ClassVar[str] = '''\
def residual_block(tensor, filters, strides, activation):
    """Return two convolutions of a tensor, added to the tensor itself (He et al., 2016)."""

    def convolved(tensor, kernel_size, strides):
        convolution = layers.Conv2D(filters, kernel_size, strides, padding="same", use_bias=False)
        return layers.BatchNormalization()(convolution(tensor))

    changed = layers.Activation(activation)(convolved(tensor, 3, strides))
    changed = convolved(changed, 3, 1)
    # Where the shape changes, the tensor itself is brought to it by a convolution of single pixels.
    shortcut = tensor if changed.shape == tensor.shape else convolved(tensor, 1, strides)
    return layers.Activation(activation)(layers.Add()([changed, shortcut]))


'''

    filters: int = setting(64, minimum=1, maximum=MOST_FILTERS, step=1, help="Number of filters (output channels).")
    strides: int = setting(1, minimum=1, maximum=8, step=1, unit="px", help="How far the first convolution moves.")
    activation: str = setting("relu", choices=HIDDEN_ACTIVATIONS)

    def output_shape(self, shape: Shape) -> Shape:
        """Return a channel a filter."""
        return (*slid(shape, 3, self.strides, same=True), self.filters)

    def parameters(self, shape: Shape) -> int:
        """Return those of the convolutions and of their batch normalisations."""
        return self._kernels(shape) + 4 * self._convolutions(shape) * self.filters

    def trained(self, shape: Shape) -> int:
        """Return all but what batch normalisation has seen."""
        return self._kernels(shape) + 2 * self._convolutions(shape) * self.filters

    def values(self, shape: Shape) -> int:
        """Return what each convolution, each normalisation, two activations and the sum make."""
        return (2 * self._convolutions(shape) + 3) * math.prod(self.output_shape(shape))

    def _convolutions(self, shape: Shape) -> int:
        """Return how many there are: a shortcut of its own where the shape changes."""
        return 2 if self.output_shape(shape) == shape else 3

    def _kernels(self, shape: Shape) -> int:
        shortcut = shape[-1] * self.filters * (self._convolutions(shape) - 2)
        return 9 * (shape[-1] + self.filters) * self.filters + shortcut

    def keras(self, context: KerasContext, tensor: Any) -> Any:
        """Return the block of He et al., "Deep residual learning", 2016, figure 2."""
        layers = context.layers

        def convolved(tensor: Any, kernel_size: int, strides: int) -> Any:
            convolution = layers.Conv2D(self.filters, kernel_size, strides, padding="same", use_bias=False)
            return layers.BatchNormalization()(convolution(tensor))

        changed = layers.Activation(self.activation)(convolved(tensor, 3, self.strides))
        changed = convolved(changed, 3, 1)
        shortcut = tensor if changed.shape == tensor.shape else convolved(tensor, 1, self.strides)
        return layers.Activation(self.activation)(layers.Add()([changed, shortcut]))

    def code(self, *, mixed: bool) -> str:  # noqa: ARG002 as all layers are asked
        """Return a call of the script's own function."""
        return f'residual_block(tensor, {self.filters}, {self.strides}, "{self.activation}")'

    def details(self) -> str:
        """Return the filters, and how they move."""
        stride = f", stride {self.strides}" if self.strides > 1 else ""
        return f"{self.filters} filters{stride}, {self.activation}"

    def drawing(self) -> LayerDrawing:
        """Return a box."""
        return LayerDrawing("residual" + (f" /{self.strides}" if self.strides > 1 else ""), BLOCK)

    def wider(self) -> Layer:
        """Return it with twice the filters."""
        return replace(self, filters=min(2 * self.filters, MOST_FILTERS))
