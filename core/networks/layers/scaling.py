"""Layers that bring pixel values to numbers in which networks learn well."""

from dataclasses import dataclass
from typing import ClassVar

from core.networks.layers.base import Arguments, Layer, LayerDrawing, Shape
from core.settings import setting


class _ScalingLayer(Layer):
    begins: ClassVar[bool] = True
    calms: ClassVar[bool] = True

    def drawing(self) -> LayerDrawing:
        return LayerDrawing("scale", plate=True)


@dataclass(frozen=True)
class Rescaling(_ScalingLayer):
    """Multiplies pixel values by a factor: 1/255 maps 0–255 to 0–1."""

    title: ClassVar[str] = "Rescaling"

    scale: float = setting(1 / 255, minimum=0.0, maximum=255.0, help="The factor.")
    offset: float = setting(0.0, minimum=-255.0, maximum=255.0, help="What is added after.")

    def arguments(self, *, mixed: bool) -> Arguments:  # noqa: ARG002 as all layers are asked
        """Return the factor, and what is added where it is anything."""
        return Arguments((self.scale, self.offset) if self.offset else (self.scale,))

    def details(self) -> str:
        """Return the factor and what is added."""
        return f"times {self.scale:.4g}" + (f", plus {self.offset:g}" if self.offset else "")

    def said_of_values(self) -> str:
        """Say what is done to each number."""
        return f"rescales values, × {self.scale:.3g} {'−' if self.offset < 0 else '+'} {abs(self.offset):.3g}"


@dataclass(frozen=True)
class Normalization(_ScalingLayer):
    """Each channel minus its mean, divided by its deviation: (v − mean) / √variance."""

    title: ClassVar[str] = "Normalization"

    mean: tuple[float, ...] = setting((0.0,), minimum=0.0, maximum=255.0, help="One, or one a channel.")
    variance: tuple[float, ...] = setting(
        (1.0,), minimum=1e-6, maximum=65025.0, help="The square of the deviation: one, or one a channel."
    )

    def problem(self, shape: Shape) -> str:
        """Say that there must be one mean and variance, or one a channel."""
        means, variances = len(self.mean), len(self.variance)
        if means == variances and means in (1, shape[-1]):
            return ""
        return (
            f"It has {means} means and {variances} variances, and what it gets has {shape[-1]} channels. Give one of "
            "each, or one of each a channel."
        )

    def arguments(self, *, mixed: bool) -> Arguments:  # noqa: ARG002 as all layers are asked
        """Return both by name: Keras's first argument is another."""
        return Arguments((), {"mean": self.mean, "variance": self.variance})

    def said_of_values(self) -> str:
        """Say what is done to each number."""
        mean, variance = (",".join(f"{each:g}" for each in numbers) for numbers in (self.mean, self.variance))
        return f"normalizes values, (v − {mean}) / √{variance}"
