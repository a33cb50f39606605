"""Convolutions: small filters slid over the image."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from core.networks.layers.base import (
    CONVOLUTION,
    HIDDEN_ACTIVATIONS,
    Arguments,
    ImageLayer,
    Layer,
    LayerDrawing,
    Shape,
    slid,
    too_large,
)
from core.networks.layers.kernel import KernelLayer, l1_setting, l2_setting
from core.settings import setting

MOST_FILTERS = 1024


class _Convolution(KernelLayer, ImageLayer):
    """The base of convolutions."""

    filters: int
    kernel_size: int
    strides: int
    padding: str
    use_bias: bool

    def problem(self, shape: Shape) -> str:
        """Say that a filter is larger than the image, where nothing is put around that."""
        if problem := super().problem(shape):
            return problem
        if self.padding == "same" or min(shape[:2]) >= self.kernel_size:
            return ""
        return too_large(f"filter of {self.kernel_size} × {self.kernel_size}", shape, "padding 'same', ")

    def output_shape(self, shape: Shape) -> Shape:
        """Return a channel a filter."""
        return (*slid(shape, self.kernel_size, self.strides, same=self.padding == "same"), self.filters)

    def arguments(self, *, mixed: bool) -> Arguments:  # noqa: ARG002 as all layers are asked
        """Return what is not as Keras has it by itself."""
        return Arguments((self.filters, self.kernel_size), {**self.unusual(), **self.penalty()})

    def details(self) -> str:
        """Return the filters, and how they move."""
        parts = [f"{self.filters} filters of {self.kernel_size} × {self.kernel_size}", self.padding]
        parts += [f"stride {self.strides}"] * (self.strides > 1) + [self.activation, *self.penalties_said()]
        return ", ".join(parts)

    def drawing(self) -> LayerDrawing:
        """Return a box of its filters' size."""
        stride = f" /{self.strides}" if self.strides > 1 else ""
        return LayerDrawing(f"conv {self.kernel_size} × {self.kernel_size}{stride}", CONVOLUTION)

    def wider(self) -> Layer:
        """Return it with twice the filters."""
        filters = min(2 * self.filters, MOST_FILTERS)
        return replace(self, filters=filters)  # type: ignore[call-arg]


@dataclass(frozen=True)
class Conv2D(_Convolution):
    """Slides small filters over the image."""

    title: ClassVar[str] = "Convolution"

    filters: int = setting(32, minimum=1, maximum=MOST_FILTERS, step=1, help="Number of filters (output channels).")
    kernel_size: int = setting(3, minimum=1, maximum=15, step=1, unit="px", help="Filter width and height.")
    strides: int = setting(1, minimum=1, maximum=8, step=1, unit="px", help="Step between filter positions.")
    padding: str = setting("valid", choices=("valid", "same"), help="same: zero padding keeps the size.")
    activation: str = setting("relu", choices=HIDDEN_ACTIVATIONS)
    use_bias: bool = setting(True, help="Adds one bias per filter. Not needed if batch normalization follows.")
    l1: float = l1_setting()
    l2: float = l2_setting()

    def parameters(self, shape: Shape) -> int:
        """Return the weights of all filters."""
        return (self.kernel_size**2 * shape[-1] + self.use_bias) * self.filters


@dataclass(frozen=True)
class SeparableConv2D(_Convolution):
    """A small filter for each channel, then sums over channels: far fewer weights (Chollet, 2017)."""

    title: ClassVar[str] = "Separable convolution"

    filters: int = setting(32, minimum=1, maximum=MOST_FILTERS, step=1, help="How many sums, and so channels out.")
    kernel_size: int = setting(3, minimum=1, maximum=15, step=1, unit="px", help="Filter width and height.")
    strides: int = setting(1, minimum=1, maximum=8, step=1, unit="px", help="Step between filter positions.")
    padding: str = setting("valid", choices=("valid", "same"), help="same: zero padding keeps the size.")
    activation: str = setting("relu", choices=HIDDEN_ACTIVATIONS)
    use_bias: bool = setting(True, help="Add a number a sum; batch normalization right after makes it needless.")
    l1: float = l1_setting()
    l2: float = l2_setting()

    def parameters(self, shape: Shape) -> int:
        """Return the weights of a filter a channel, and of all sums."""
        return self.kernel_size**2 * shape[-1] + (shape[-1] + self.use_bias) * self.filters

    def values(self, shape: Shape) -> int:
        """Return what the filters make, and what the sums make of that."""
        rows, columns, filters = self.output_shape(shape)
        return rows * columns * (shape[-1] + filters)

    def penalty(self) -> dict[str, Any]:
        """Return the arguments for both kinds of kernels."""
        return {
            name: each
            for each in super().penalty().values()
            for name in ("depthwise_regularizer", "pointwise_regularizer")
        }

    def drawing(self) -> LayerDrawing:
        """Return a box of its filters' size."""
        drawn = super().drawing()
        return drawn._replace(label=f"sep {drawn.label}")
