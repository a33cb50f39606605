"""Layers that only training has, against learning by heart."""

from dataclasses import dataclass
from typing import ClassVar

from core.networks.layers.base import Layer, LayerDrawing
from core.settings import setting


@dataclass(frozen=True)
class Dropout(Layer):
    """Sets a random fraction of values to 0 during training."""

    title: ClassVar[str] = "Dropout"
    drops: ClassVar[bool] = True

    rate: float = setting(0.5, minimum=0.0, maximum=0.95, step=0.05, help="Fraction of values dropped.")

    def details(self) -> str:
        """Return the share."""
        return f"{self.rate:.0%}"

    def drawing(self) -> LayerDrawing:
        """Return a dashed plate."""
        return LayerDrawing(f"drop {self.rate:.0%}", plate=True, dashed=True)
