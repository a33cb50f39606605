"""The coach: curves → what happened, in words, with the figures used and one change to try."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.recipes.recipe import Recipe
from core.runs import Status
from core.training.coach import findings, generated
from core.training.coach.findings import (
    COLLAPSED,
    DIVERGED,
    LAGGING,
    LEARNING,
    NOISY,
    NOT_LEARNING,
    OVERFITTING,
    RESTING,
    TOO_HIGH,
    UNDERFITTING,
    UNFINISHED,
    CoachFinding,
)

__all__ = [
    "COLLAPSED",
    "DIVERGED",
    "LAGGING",
    "LEARNING",
    "NOISY",
    "NOT_LEARNING",
    "OVERFITTING",
    "RESTING",
    "TOO_HIGH",
    "UNDERFITTING",
    "UNFINISHED",
    "CoachFinding",
    "advice",
]


def advice(
    metrics: Sequence[Mapping[str, Any]], status: Status, recipe: Recipe, class_names: Sequence[str]
) -> list[CoachFinding]:
    """Say what a run's curves tell so far, the worst first.

    Args:
        metrics: records of `Run.metrics`.
        status: where the run stands: whether more is to come.
        recipe: what it trains by; changes are proposed to it.
        class_names: one text a class.

    Returns:
        What was found; nothing before the first epoch has ended, unless the loss is no number.
    """
    if recipe.generator is not None:
        return generated.advice(metrics, recipe, class_names)
    return findings.advice(metrics, status, recipe, class_names)
