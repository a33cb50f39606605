"""Why a network with unscaled input may collapse: what a run of the book's exercise 52 a shows of it."""

import math
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from core import runs
from core.errors import PixelwiseError
from core.evaluation import predictions
from core.runs import Run, comparison

UNSCALED, SCALED = "exercise-52-a", "exercise-52-a-scaled"
_COLLAPSED_SHARE = 0.95
_BY_HEART = 0.2


@dataclass(frozen=True)
class Evidence:
    """What a run shows; `None` where it has no such figure, or none that is finite.

    Attributes:
        first_loss: the mean loss of its first batches; guessing costs the logarithm of the number of classes.
        training: accuracy on training images in the last epoch, 0–1.
        validation: on validation images after it.
        same_answer: the share of the test images that get the answer which is given most.
        answer: that answer.
        guessing: the share of images that guessing gets right.
    """

    first_loss: float | None
    training: float | None
    validation: float | None
    same_answer: float | None
    answer: str
    guessing: float

    @property
    def collapsed(self) -> bool:
        """Whether nearly all test images get one answer."""
        return self.same_answer is not None and self.same_answer >= _COLLAPSED_SHARE


def newest(name: str) -> Run | None:
    """Return the newest run of a recipe, whatever its state; `None` when there is none that can be read."""
    for run in runs.all_runs():
        with suppress(PixelwiseError):
            if run.recipe.name == name:
                return run
    return None


def evidence(run: Run) -> Evidence:
    """Return what a run shows.

    Raises:
        RunError: it has been removed, or is damaged.
    """
    names = run.about.class_names
    losses = [record["loss"] for record in run.metrics() if record.get("kind") == "batch"]
    last = (comparison.epochs(run) or [{}])[-1]
    same, answer = None, ""
    if run.has_evaluation:
        counts = np.bincount(predictions.load(run, "test").predicted, minlength=len(names))
        same, answer = float(counts.max() / max(counts.sum(), 1)), names[int(counts.argmax())]
    return Evidence(
        losses[0] if losses else None, last.get("accuracy"), last.get("val_accuracy"), same, answer, 1 / len(names)
    )


def in_words(found: Evidence) -> str:
    """Say what happened to a run, with the figures it rests on."""
    said = []
    cost = -math.log(found.guessing)
    if found.first_loss is not None:
        times = found.first_loss / cost
        much = f"{times:.0f} times that" if times >= 2 else "about that"
        said.append(f"Guessing costs a loss of {cost:.2f}; the first batches cost {found.first_loss:.4g}, {much}.")
    if found.collapsed:
        said.append(f"It collapsed: {found.same_answer:.0%} of the test images get the answer “{found.answer}”.")
    elif found.training is not None and found.validation is not None:
        gap = found.training - found.validation
        if gap >= _BY_HEART:
            said.append("It did not collapse, but it overfits: ")
        elif found.validation < 2 * found.guessing:
            said.append("It has hardly learned: ")
        else:
            said.append("It learns: ")
        said[-1] += f"{found.training:.1%} on its training images, {found.validation:.1%} on others."
    return " ".join(said)
