"""Pooling: less numbers, by the largest or the mean of several."""

from dataclasses import dataclass
from typing import ClassVar

from core.networks.layers.base import POOLING, ImageLayer, Layer, LayerDrawing, Shape, slid, too_large
from core.networks.layers.convolution import MOST_FILTERS, Conv2D
from core.settings import setting


class _Pooling(ImageLayer):
    """The base of layers that make one of each small square."""

    pools: ClassVar[bool] = True
    short: ClassVar[str]
    pool_size: int

    def problem(self, shape: Shape) -> str:
        """Say that the square is larger than the image."""
        if problem := super().problem(shape):
            return problem
        if min(shape[:2]) >= self.pool_size:
            return ""
        return too_large(f"square of {self.pool_size} × {self.pool_size}", shape)

    def output_shape(self, shape: Shape) -> Shape:
        """Return a number a square."""
        return (*slid(shape, self.pool_size, self.pool_size, same=False), shape[-1])

    def details(self) -> str:
        """Return the square."""
        return f"{self.pool_size} × {self.pool_size}"

    def drawing(self) -> LayerDrawing:
        """Return a box with the square's size."""
        return LayerDrawing(f"{self.short} {self.pool_size} × {self.pool_size}", POOLING)

    def learning_to_pool(self, channels: int) -> Layer:
        """Return a convolution with as many channels that moves as far as the square is wide.

        So do Springenberg and others ("Striving for simplicity", 2015). More channels than a convolution may have stay
        pooled.
        """
        return self if channels > MOST_FILTERS else Conv2D(channels, max(3, self.pool_size), self.pool_size, "same")


class _GlobalPooling(ImageLayer):
    """The base of layers that make one number of each channel."""

    pools_whole: ClassVar[bool] = True
    short: ClassVar[str]

    def output_shape(self, shape: Shape) -> Shape:
        """Return a number a channel."""
        return (shape[-1],)

    def drawing(self) -> LayerDrawing:
        """Return a bar."""
        return LayerDrawing(self.short, POOLING)


@dataclass(frozen=True)
class MaxPool2D(_Pooling):
    """The largest value of each small square."""

    title: ClassVar[str] = "Max pooling"
    short: ClassVar[str] = "max"
    keras_name: ClassVar[str] = "MaxPooling2D"

    pool_size: int = setting(2, minimum=1, maximum=8, step=1, unit="px", help="Window size.")


@dataclass(frozen=True)
class AveragePool2D(_Pooling):
    """The mean of each small square."""

    title: ClassVar[str] = "Average pooling"
    short: ClassVar[str] = "mean"
    keras_name: ClassVar[str] = "AveragePooling2D"

    pool_size: int = setting(2, minimum=1, maximum=8, step=1, unit="px", help="Window size.")


@dataclass(frozen=True)
class GlobalAveragePooling2D(_GlobalPooling):
    """The mean of each channel over the whole image: one number a channel, for images of any size."""

    title: ClassVar[str] = "Global average pooling"
    short: ClassVar[str] = "mean"


@dataclass(frozen=True)
class GlobalMaxPooling2D(_GlobalPooling):
    """The largest value of each channel in the whole image: one number a channel, for images of any size."""

    title: ClassVar[str] = "Global max pooling"
    short: ClassVar[str] = "max"
