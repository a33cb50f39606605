"""Layers that bring the values within a network to mean 0 and deviation 1."""

from dataclasses import dataclass, replace
from typing import ClassVar

from core.networks.layers.base import Arguments, Layer, LayerDrawing, Shape
from core.settings import setting


class _NormalizingLayer(Layer):
    """The base of normalisations, with a scale and an offset that are learned for each channel."""

    calms: ClassVar[bool] = True

    def parameters(self, shape: Shape) -> int:
        """Return a scale and an offset a channel."""
        return 2 * shape[-1]

    def drawing(self) -> LayerDrawing:
        """Return a plate."""
        return LayerDrawing("norm", plate=True)


@dataclass(frozen=True)
class BatchNormalization(_NormalizingLayer):
    """Scales each channel to mean 0 and standard deviation 1 over the batch."""

    title: ClassVar[str] = "Batch normalization"

    momentum: float = setting(
        0.99,
        minimum=0.0,
        maximum=0.9999,
        step=0.01,
        help="Momentum of the running mean and variance used at validation and prediction time.",
    )

    def parameters(self, shape: Shape) -> int:
        """Return a scale, an offset, a mean and a variance a channel."""
        return 4 * shape[-1]

    def trained(self, shape: Shape) -> int:
        """Return the scales and offsets: the others are what was seen."""
        return 2 * shape[-1]

    def arguments(self, *, mixed: bool) -> Arguments:  # noqa: ARG002 as all layers are asked
        """Return the momentum by name: Keras's first argument is another."""
        return Arguments((), {"momentum": self.momentum})

    def details(self) -> str:
        """Return the momentum."""
        return f"momentum {self.momentum:g}"

    @property
    def statistics_momentum(self) -> float:
        """The momentum."""
        return self.momentum

    def with_statistics_momentum(self, momentum: float) -> Layer:
        """Return it with another momentum."""
        return replace(self, momentum=momentum)


@dataclass(frozen=True)
class GroupNormalization(_NormalizingLayer):
    """Groups of channels brought to mean 0 and deviation 1 in each image by itself (Wu and He, 2018)."""

    title: ClassVar[str] = "Group normalization"
    advice: ClassVar[str] = "Take as many groups as divide the channels that it gets."

    groups: int = setting(
        1, minimum=1, maximum=1024, step=1, help="How many groups, of as many channels each; 1: all channels together."
    )

    def problem(self, shape: Shape) -> str:
        """Say that the groups do not divide the channels."""
        if shape[-1] % self.groups == 0:
            return ""
        return (
            f"Its {self.groups:,} groups do not divide the {shape[-1]:,} channels that it gets. Choose a number that "
            "does, such as 1."
        )

    def details(self) -> str:
        """Return the groups."""
        return "1 group" if self.groups == 1 else f"{self.groups} groups"


@dataclass(frozen=True)
class UnitNormalization(Layer):
    """Each row of numbers, or each pixel's channels, brought to length 1: only their proportions count."""

    title: ClassVar[str] = "Unit normalization"
    calms: ClassVar[bool] = True

    def drawing(self) -> LayerDrawing:
        """Return a plate."""
        return LayerDrawing("unit", plate=True)
