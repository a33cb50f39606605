"""The coach: curves → what happened, in words, with the figures used and one change to try."""

from core.coach.findings import (
    COLLAPSED,
    DIVERGED,
    LAGGING,
    LEARNING,
    NOISY,
    NOT_LEARNING,
    OVERFITTING,
    TOO_HIGH,
    UNDERFITTING,
    Finding,
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
    "TOO_HIGH",
    "UNDERFITTING",
    "Finding",
    "advice",
]
