"""Rows of numbers: an image made one, and every value joined to every unit."""

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from core.networks.layers.base import ACTIVATIONS, DENSE, Arguments, Layer, LayerDrawing, Shape
from core.networks.layers.kernel import KernelLayer, l1_setting, l2_setting
from core.settings import setting

_MOST_UNITS = 8192


@dataclass(frozen=True)
class Flatten(Layer):
    """Flattens everything into one vector."""

    title: ClassVar[str] = "Flatten"

    def output_shape(self, shape: Shape) -> Shape:
        """Return the length of the row."""
        return (math.prod(shape),)


@dataclass(frozen=True)
class Dense(KernelLayer):
    """Connects every input to every unit."""

    title: ClassVar[str] = "Dense"

    units: int = setting(32, minimum=1, maximum=_MOST_UNITS, step=1, help="How many units.")
    activation: str = setting("linear", choices=ACTIVATIONS)
    l1: float = l1_setting()
    l2: float = l2_setting()

    def output_shape(self, shape: Shape) -> Shape:
        """Return a number a unit, at each place of an image."""
        return (*shape[:-1], self.units)

    def parameters(self, shape: Shape) -> int:
        """Return a weight for each value and a number more, for each unit."""
        return (shape[-1] + 1) * self.units

    def arguments(self, *, mixed: bool) -> Arguments:
        """Return what is not as Keras has it by itself."""
        # Probabilities keep 32 bits where the rest computes with fewer: the loss takes their logarithm.
        exact = {"dtype": "float32"} if mixed and self.activation == "softmax" else {}
        return Arguments((self.units,), {**self.unusual(), **self.penalty(), **exact})

    def details(self) -> str:
        """Return units and activation."""
        return ", ".join([f"{self.units:,} units", self.activation, *self.penalties_said()])

    def drawing(self) -> LayerDrawing:
        """Return a bar with the activation's name."""
        return LayerDrawing("dense" + (f", {self.activation}" if self.activation != "linear" else ""), DENSE)

    @property
    def answers(self) -> bool:
        """Whether it makes probabilities."""
        return self.activation == "softmax"

    def with_outputs(self, count: int) -> Layer:
        """Return it with so many units."""
        return replace(self, units=count)

    @classmethod
    def added(cls) -> Self:
        """Return it with an activation, without which two dense layers are no more than one."""
        return cls(activation="relu")

    def wider(self) -> Layer:
        """Return it with twice the units."""
        return replace(self, units=min(2 * self.units, _MOST_UNITS))
