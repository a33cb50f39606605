"""Whether an answer is acted on, or a person is asked: a threshold that the user sets, and what it leads to.

Of a picture unlike those that the run learned from, a person is asked whatever the threshold.

In the clinic that asks for it: dog vet, cat vet, or ask at the desk. The threshold is kept by run in the data home.
"""

import contextlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core import calibration, evaluation, novelty, saved
from core.calibration import Answering
from core.errors import PixelwiseError
from core.runs import Run
from core.saved import LONGEST_NAME, SavedError

ASK = "ask"
STEP = 0.005
_RIGHT = 0.99
_FEWEST = 0.1
_UNKNOWN = 0.5
_KIND = "booking"


@dataclass(frozen=True)
class Booking:
    """From which probability an answer is acted on.

    Attributes:
        threshold: the smallest probability that is enough, 0–1.
        reason: why it is this one, in a sentence.
    """

    threshold: float
    reason: str

    def decide(self, probabilities: np.ndarray, class_names: tuple[str, ...]) -> str:
        """Return the name of the most probable class, or `ASK`.

        Args:
            probabilities: as `core.answers` gives them, float `(classes,)`.
            class_names: one text a class.
        """
        best = int(np.argmax(probabilities))
        return class_names[best] if probabilities[best] >= self.threshold else ASK


@dataclass(frozen=True)
class Outcome:
    """What becomes of pictures at a threshold, in numbers of pictures."""

    right: int
    wrong: int
    asked: int

    @property
    def pictures(self) -> int:
        """How many there are."""
        return self.right + self.wrong + self.asked


@dataclass(frozen=True, eq=False)
class Forecast:
    """What becomes of the pictures that a run is calibrated on, by threshold.

    Attributes:
        part: `validation`, or `test` where these validated.
        pictures: how many they are.
        answering: the share answered and its accuracy for each threshold.
    """

    part: str
    pictures: int
    answering: Answering

    def at(self, threshold: float) -> Outcome:
        """Return what becomes of them at a threshold."""
        share, accuracy = self.answering.at(threshold)
        answered = round(share * self.pictures)
        right = round(answered * (accuracy or 0.0))
        return Outcome(right, answered - right, self.pictures - answered)

    def shares(self) -> tuple[np.ndarray, np.ndarray]:
        """Return, for each threshold that makes a difference, the share asked and the share answered wrong, 0–1."""
        shares, accuracies = self.answering.shares, self.answering.accuracies
        return 1 - np.concatenate(([0.0], shares)), np.concatenate(([0.0], shares * (1 - accuracies)))


def forecast(run: Run) -> Forecast:
    """Return what becomes of a run's validation pictures; those that test where the recipe validates on them.

    Raises:
        RunError: the run has no predictions, or they are not numbers.
    """
    return _forecast(run, calibration.of(run), novelty.changed_ns(run.folder))


@lru_cache(maxsize=8)
def _forecast(run: Run, made: calibration.Calibration, _novelty_changed_ns: int) -> Forecast:
    found = evaluation.load(run, made.fitted_on)
    confidences = made.apply(found.probabilities).max(axis=1)
    if made.fitted_on == "validation" and (kept := novelty.read(run.folder)) is not None:
        confidences = np.where(np.isin(found.ids, kept.unknown_ids), 0.0, confidences)
    return Forecast(made.fitted_on, len(found.ids), calibration.answering(confidences, found.right))


def booking(run: Run) -> Booking:
    """Return a run's threshold: the user's, else the smallest that is right often enough on validation pictures."""
    with contextlib.suppress(SavedError, KeyError, TypeError, ValueError):
        threshold = float(saved.load(_KIND, _name(run))["threshold"])
        if 0 <= threshold <= 1:
            return Booking(threshold, "You chose this threshold.")
    return default(run)


def default(run: Run) -> Booking:
    """Return the threshold that holds until a user sets one.

    The smallest, in whole steps, at which 99% of the answered validation pictures are right; ½ where that would answer
    less than a tenth of them, or where there are none.
    """
    try:
        made = forecast(run)
    except PixelwiseError:
        return Booking(_UNKNOWN, "50%: the run has no validation pictures to judge by.")
    for threshold in np.arange(lowest(run.about.class_names), 1, STEP).round(3).tolist():
        share, accuracy = made.answering.at(threshold)
        if accuracy is not None and accuracy >= _RIGHT and share >= _FEWEST:
            said = f"the smallest with {_RIGHT:.0%} of the answers to {made.part} pictures right"
            return Booking(threshold, f"{threshold:.1%}: {said}.")
    said = f"no threshold answers a tenth of the {made.part} pictures with {_RIGHT:.0%} of them right"
    return Booking(_UNKNOWN, f"50%: {said}.")


def lowest(class_names: tuple[str, ...]) -> float:
    """Return the largest threshold, in whole steps, that every answer reaches."""
    return round(int(1 / len(class_names) / STEP) * STEP, 3)


def keep(run: Run, threshold: float) -> None:
    """Keep a run's threshold, 0–1.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    saved.save(_KIND, _name(run), {"threshold": threshold})


def forget(run: Run) -> None:
    """Go back to the default.

    Raises:
        StorageError: it may not be deleted.
    """
    saved.remove(_KIND, _name(run))


def is_clinic(class_names: tuple[str, ...]) -> bool:
    """Tell whether the classes are cats and dogs, each of which has a vet."""
    return sorted(name.lower().removesuffix("s") for name in class_names) == ["cat", "dog"]


def in_words(decision: str, class_names: tuple[str, ...]) -> str:
    """Return a decision for people, such as `dog vet` or `ask at the desk`."""
    if is_clinic(class_names):
        return "ask at the desk" if decision == ASK else f"{decision.lower().removesuffix('s')} vet"
    return "ask somebody" if decision == ASK else decision


def _name(run: Run) -> str:
    return run.name[:LONGEST_NAME]
