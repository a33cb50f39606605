"""Activations: a function of each value."""

from dataclasses import dataclass
from typing import ClassVar

from core.networks.layers.base import HIDDEN_ACTIVATIONS, Layer, LayerDrawing
from core.settings import setting


@dataclass(frozen=True)
class Activation(Layer):
    """A function of each value, such as 0 for all that is negative (ReLU)."""

    title: ClassVar[str] = "Activation"

    function: str = setting("relu", choices=HIDDEN_ACTIVATIONS)

    def details(self) -> str:
        """Return the function's name."""
        return self.function

    def drawing(self) -> LayerDrawing:
        """Return a plate with the function's name."""
        return LayerDrawing(self.function, plate=True)
