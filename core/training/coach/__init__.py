"""The coach: curves → what happened, in words, with the figures used and one change to try."""

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
    advice,
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
