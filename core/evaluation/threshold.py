"""Whether an answer is acted on, or a person is asked: a threshold that the user sets, and what it leads to.

Of an image unlike those that the run learned from, a person is asked whatever the threshold.

The default is chosen so that what it says holds for other images too: see `choose_threshold`.

In the clinic that asks for it: dog vet, cat vet, or ask at the desk. The threshold is kept by run in the data home.
"""

import contextlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.errors import PixelwiseError
from core.evaluation import calibration, ood, predictions
from core.evaluation.calibration import Answering
from core.evaluation.intervals import exact_bounds
from core.runs import Run
from core.storage import user_library
from core.storage.checked import DamagedError
from core.storage.progress import counted
from core.storage.user_library import LONGEST_NAME, SavedError

ASK = "ask"
STEP = 0.005
SURE = 0.95
_RIGHT = 0.99
_FEWEST = 0.1
_UNKNOWN = 0.5
_KIND = "booking"


@dataclass(frozen=True)
class DecisionThreshold:
    """From which probability an answer is acted on.

    Attributes:
        threshold: the smallest probability that is enough, 0–1.
        reason: why it is this one, in a sentence.
        promises: whether validation images show that 99% of the answers to others are right.
    """

    threshold: float
    reason: str
    promises: bool = False

    def decide(self, probabilities: np.ndarray, class_names: tuple[str, ...]) -> str:
        """Return the name of the most probable class, or `ASK`.

        Args:
            probabilities: as `core.prediction.photo_predictions` gives them, float `(classes,)`.
            class_names: one text a class.
        """
        return ASK if self.asks(probabilities) else class_names[int(np.argmax(probabilities))]

    def asks(self, probabilities: np.ndarray) -> bool:
        """Tell whether a person is asked: a class may be called `ask` itself.

        Args:
            probabilities: as for `decide`.
        """
        return not probabilities.max() >= self.threshold


@dataclass(frozen=True)
class Outcome:
    """What becomes of images at a threshold, in numbers of images."""

    right: int
    wrong: int
    asked: int

    @property
    def images(self) -> int:
        """How many there are."""
        return self.right + self.wrong + self.asked

    @property
    def right_elsewhere(self) -> tuple[float, float]:
        """Between which shares of the answers to other such images are right, 0–1, each with a certainty of 95%."""
        low, high = exact_bounds(self.right, self.right + self.wrong, SURE)
        return float(low), float(high)


@dataclass(frozen=True, eq=False)
class Forecast:
    """What becomes of the images that a run is calibrated on, by threshold.

    Attributes:
        part: `validation`, or `test` where these validated.
        images: how many they are.
        answering: the share answered and its accuracy for each threshold.
    """

    part: str
    images: int
    answering: Answering

    def at(self, threshold: float) -> Outcome:
        """Return what becomes of them at a threshold."""
        answered, right = (int(each) for each in self.answering.counts(np.asarray(threshold)))
        return Outcome(right, answered - right, self.images - answered)

    def shares(self) -> tuple[np.ndarray, np.ndarray]:
        """Return, for each threshold that makes a difference, the share asked and the share answered wrong, 0–1."""
        return 1 - np.concatenate(([0.0], self.answering.shares)), self._wrong() / self.images

    def shares_elsewhere(self) -> tuple[np.ndarray, np.ndarray]:
        """Return, for each of these, between which shares of other such images are answered wrong, 0–1.

        Each bound holds with a certainty of 95%.
        """
        return exact_bounds(self._wrong(), self.images, SURE)

    def _wrong(self) -> np.ndarray:
        return np.concatenate(([0], self.answering.answered - self.answering.right))


def forecast(run: Run) -> Forecast:
    """Return what becomes of a run's validation images; those that test where the recipe validates on them.

    Raises:
        RunError: the run has no predictions, or they are not numbers.
    """
    return _forecast(run, calibration.of(run), ood.changed_ns(run.folder))


@lru_cache(maxsize=8)
def _forecast(run: Run, made: calibration.Calibration, _novelty_changed_ns: int) -> Forecast:
    found = predictions.load(run, made.fitted_on)
    confidences = made.apply(found.probabilities).max(axis=1)
    try:
        if made.fitted_on == "validation" and (kept := ood.load(run.folder)) is not None:
            confidences = np.where(np.isin(found.ids, kept.unknown_ids), 0.0, confidences)
    except DamagedError:
        # Without it the run asks about every photo.
        confidences = np.zeros_like(confidences)
    return Forecast(made.fitted_on, len(found.ids), calibration.answering(confidences, found.right))


def decision_threshold(run: Run) -> DecisionThreshold:
    """Return a run's threshold: the user's, else the one that `default` returns."""
    with contextlib.suppress(SavedError, KeyError, TypeError, ValueError):
        threshold = float(user_library.load(_KIND, _name(run))["threshold"])
        if 0 <= threshold <= 1:
            return DecisionThreshold(threshold, "You chose this threshold.")
    return default(run)


def default(run: Run) -> DecisionThreshold:
    """Return the threshold that holds until a user sets one; ½ without validation images."""
    try:
        made = forecast(run)
    except PixelwiseError:
        return DecisionThreshold(_UNKNOWN, "Default 50%: this run has no validation set to choose a threshold from.")
    return choose_threshold(made, lowest(run.about.class_names))


def choose_threshold(made: Forecast, at_least: float) -> DecisionThreshold:
    """Return the smallest threshold, in whole steps, that promises 99% of its answers to other images to be right.

    A threshold promises that when the lower bound of the Clopper–Pearson interval (one-sided, 95%) reaches 99%. Chosen
    among many, the smallest that does so by itself would keep the promise less often than in 95% of cases. So they are
    tried in a fixed order, which keeps it (A. N. Angelopoulos and others, Learn then test: calibrating predictive
    algorithms to achieve risk control, 2021): from the largest that would promise it if all its answers were right,
    down to the last before one that does not.

    Where none promises it, it is the one that comes nearest of those with 99% of the validation answers right; ½ where
    none has that. Each answers at least a tenth of the images.

    Args:
        made: for a run.
        at_least: the smallest threshold to try.
    """
    thresholds = np.arange(at_least, 1, STEP).round(3)[::-1]
    answered, right = made.answering.counts(thresholds)
    bounds, _ = exact_bounds(right, answered, SURE)
    enough = answered >= _FEWEST * made.images
    images = f"the {counted(made.images, f'{made.part} image')}"
    able = np.flatnonzero(enough & (exact_bounds(answered, answered, SURE)[0] >= _RIGHT))
    if len(able) and bounds[able[0]] >= _RIGHT:
        kept = bounds[able[0] :] >= _RIGHT
        last = able[0] + (len(kept) if kept.all() else int(np.argmin(kept))) - 1
        threshold = float(thresholds[last])
        said = f"from there on {images} show that at least {_RIGHT:.0%} of answers are right, with {SURE:.0%} certainty"
        return DecisionThreshold(threshold, f"{threshold:.1%}: {said}.", promises=True)
    near = enough & (right >= _RIGHT * answered)
    if near.any():
        # Of equal bounds the smallest threshold.
        best = len(near) - 1 - int(np.argmax(np.where(near, bounds, -1.0)[::-1]))
        threshold = float(thresholds[best])
        said = f"{images} show for none that {_RIGHT:.0%} of answers are right; this one comes nearest"
        return DecisionThreshold(threshold, f"{threshold:.1%}: {said}.")
    said = f"no threshold reaches {_RIGHT:.0%} accuracy while accepting at least 10% of the {made.part} images"
    return DecisionThreshold(_UNKNOWN, f"50%: {said}.")


def lowest(class_names: tuple[str, ...]) -> float:
    """Return the largest threshold, in whole steps, that every answer reaches."""
    return round(int(1 / len(class_names) / STEP) * STEP, 3)


def save(run: Run, threshold: float) -> None:
    """Keep a run's threshold, 0–1.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    user_library.save(_KIND, _name(run), {"threshold": threshold})


def reset(run: Run) -> None:
    """Go back to the default.

    Raises:
        StorageError: it may not be deleted.
    """
    user_library.remove(_KIND, _name(run))


def is_clinic(class_names: tuple[str, ...]) -> bool:
    """Tell whether the classes are cats and dogs, each of which has a vet."""
    return sorted(name.lower().removesuffix("s") for name in class_names) == ["cat", "dog"]


def in_words(decision: str, class_names: tuple[str, ...], *, asked: bool | None = None) -> str:
    """Return a decision for people, such as `dog vet` or `ask at the desk`.

    Args:
        decision: the name of a class, or `ASK`.
        class_names: one text a class.
        asked: whether it is `ASK`; `None`: if it reads so, where no class does.
    """
    if asked if asked is not None else decision == ASK:
        return "front desk" if is_clinic(class_names) else "needs review"
    return f"{decision.lower().removesuffix('s')} vet" if is_clinic(class_names) else decision


def _name(run: Run) -> str:
    return run.name[:LONGEST_NAME]
