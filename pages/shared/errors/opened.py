"""A picture opened from a run: what it was taken for, and why."""

from collections.abc import Callable

from core import evaluation
from core.datasets.store import Dataset
from core.explaining.subject import TRAIN
from core.runs import Run
from pages.shared.card import show_card
from pages.shared.components.gallery import SIDE_PX
from pages.shared.frame import plain
from pages.shared.pictures_view import Look, Told


def look_of(run: Run, told: Callable[[Dataset, int], Told], side: int = SIDE_PX) -> Look:
    """Return how a run's pictures are shown: opened, with the run's answer and its card.

    Args:
        run: whose pictures they are.
        told: as for `Look`.
        side: as for `Look`.
    """

    def said(index: int) -> str:
        found = evaluation.load(run, part) if (part := _part_of(run, index)) != TRAIN else None
        position = None if found is None else found.position(index)
        if found is None or position is None:
            return "trained on"
        name = plain(run.about.class_names[found.predicted[position]])
        return f"predicted **{name}** {found.confidences[position]:.1%}"

    return Look(told, said, lambda index: show_card(run, _part_of(run, index), index), side)


def _part_of(run: Run, index: int) -> str:
    """Return the part of a run that a picture belongs to."""
    parts = (part for part in evaluation.parts(run) if evaluation.load(run, part).position(index) is not None)
    return next(parts, TRAIN)
