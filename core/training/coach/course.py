"""The course of a training: its epochs' figures, and what is read from them at once."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Any

from core.recipes.recipe import Recipe
from core.training.coach import changes


@dataclass(frozen=True)
class Course:
    """The figures of a run's whole epochs, one an epoch each, all finite.

    Attributes:
        recipe: what it trains by.
        class_names: one text a class.
        epochs: their numbers, from 1.
        loss: the training loss; `accuracy`, `val_loss` and `val_accuracy` likewise.
        shares: of the watched images taken for each class after the last epoch; `None` in older runs.
        images: how many are watched; `None` in older runs.
    """

    recipe: Recipe
    class_names: tuple[str, ...]
    epochs: list[float]
    loss: list[float]
    accuracy: list[float]
    val_loss: list[float]
    val_accuracy: list[float]
    shares: list[float] | None
    images: int | None

    @classmethod
    def of(cls, metrics: Sequence[Mapping[str, Any]], recipe: Recipe, class_names: tuple[str, ...]) -> "Course":
        """Read the records of `Run.metrics`; epochs without all four figures are left out."""
        names = ("loss", "accuracy", "val_loss", "val_accuracy")
        ends = [each for each in metrics if each["kind"] == "epoch" and all(name in each for name in names)]
        shares, images = (ends[-1].get(name) if ends else None for name in ("class_shares", "val_pictures"))
        epochs, loss, accuracy, val_loss, val_accuracy = ([each[name] for each in ends] for name in ("epoch", *names))
        if shares is not None and len(shares) != len(class_names):
            shares = None
        return cls(recipe, class_names, epochs, loss, accuracy, val_loss, val_accuracy, shares, images)

    @property
    def watched(self) -> str:
        """What the images are called that do not train."""
        return self.recipe.split.watched

    @property
    def guessing(self) -> float:
        """The loss of an even guess, in nats."""
        return math.log(len(self.class_names))

    @cached_property
    def best(self) -> int:
        """The position of the epoch with the lowest validation loss."""
        return self.val_loss.index(min(self.val_loss))

    @cached_property
    def gaps(self) -> list[float]:
        """By how much more of the training images are recognised, at each epoch."""
        return [ours - theirs for ours, theirs in zip(self.accuracy, self.val_accuracy, strict=True)]

    @cached_property
    def gap(self) -> float:
        """The same of late: the median of three epochs."""
        return median(self.gaps[-3:])

    @property
    def scaled(self) -> bool:
        """Whether small numbers reach the first weights."""
        return changes.is_scaled(self.recipe)
