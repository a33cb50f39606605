"""What a run predicted: accuracy, scores by class, confusions, and which images. Numbers and indices, no figures."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from core import runs
from core.datasets import store
from core.datasets.positions import Positions
from core.datasets.store import DatasetError
from core.runs import Run, RunError
from core.storage import checked, data_home
from core.storage.checked import Array, DamagedError, MissingError
from core.storage.memory_cache import bounded

PARTS = ("validation", "test")
WRONG, RIGHT, ALL = "wrong", "right", "all"
OUTCOMES = (WRONG, RIGHT, ALL)
LOSS, CONFIDENCE, MARGIN = "loss", "confidence", "margin"
SORTS = (LOSS, CONFIDENCE, MARGIN)
_SMALLEST_PROBABILITY = 1e-7  # Keras's own clipping in its cross-entropy.


class HeldBackError(RunError):
    """The test images of a sweep's trial, which are not measured. The message says why."""


@dataclass(frozen=True)
class Choice:
    """Which predictions, in which order.

    Attributes:
        outcome: one of `OUTCOMES`.
        true: the true class; `None`: any.
        predicted: the predicted class; `None`: any.
        confidence: above the first, at most the second; `None`: any.
        by: what they are sorted by, one of `SORTS`.
        descending: the largest first.
    """

    outcome: str = WRONG
    true: int | None = None
    predicted: int | None = None
    confidence: tuple[float, float] | None = None
    by: str = LOSS
    descending: bool = True


@dataclass(frozen=True, eq=False)
class Predictions:
    """A run's probabilities for the images of one part.

    Attributes:
        ids: indices into the dataset, int64 `(n,)`.
        labels: true classes, int16 `(n,)`.
        probabilities: float32 `(n, classes)`.
    """

    ids: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray

    @cached_property
    def predicted(self) -> np.ndarray:
        """The most probable class of each image, int64 `(n,)`."""
        return np.argmax(self.probabilities, axis=1)

    @cached_property
    def right(self) -> np.ndarray:
        """Whether each image's most probable class is its true one, bool `(n,)`."""
        return self.predicted == self.labels

    @property
    def accuracy(self) -> float:
        """The share of images whose most probable class is the true one, 0–1."""
        return float(np.mean(self.right))

    @cached_property
    def losses(self) -> np.ndarray:
        """The cross-entropy of each image, float64 `(n,)`, in nats."""
        true = self.probabilities[np.arange(len(self.labels)), self.labels].astype(np.float64)
        return -np.log(np.maximum(true, _SMALLEST_PROBABILITY))

    @cached_property
    def confidences(self) -> np.ndarray:
        """The probability that each image's predicted class was given, float64 `(n,)`."""
        # Rounding may leave a little more than 1.
        return np.minimum(self.probabilities.max(axis=1).astype(np.float64), 1.0)

    @cached_property
    def margins(self) -> np.ndarray:
        """How far the most probable class is ahead of the next, float64 `(n,)`, 0–1: near 0 it was a close call."""
        second, first = np.partition(self.probabilities.astype(np.float64), -2, axis=1)[:, -2:].T
        return first - second

    @cached_property
    def confusion(self) -> np.ndarray:
        """How many images of each true class (row) got each prediction (column), int64 `(classes, classes)`."""
        classes = self.probabilities.shape[1]
        counts = np.zeros((classes, classes), np.int64)
        np.add.at(counts, (self.labels, self.predicted), 1)
        return counts

    @property
    def are_numbers(self) -> bool:
        """Whether all probabilities are finite: those of a training that diverged are not."""
        return bool(np.isfinite(self.probabilities).all())

    def select(self, choice: Choice) -> np.ndarray:
        """Return positions of the chosen predictions, int64 `(m,)`, sorted; equal ones by loss, then as stored."""
        chosen = np.ones(len(self.ids), bool)
        if choice.outcome != ALL:
            chosen &= self.right == (choice.outcome == RIGHT)
        if choice.true is not None:
            chosen &= self.labels == choice.true
        if choice.predicted is not None:
            chosen &= self.predicted == choice.predicted
        if choice.confidence is not None:
            low, high = choice.confidence
            chosen &= (self.confidences > low) & (self.confidences <= high)
        positions = np.flatnonzero(chosen)
        values = {LOSS: self.losses, CONFIDENCE: self.confidences, MARGIN: self.margins}[choice.by][positions]
        return positions[np.lexsort((-self.losses[positions], -values if choice.descending else values))]

    def position(self, index: int) -> int | None:
        """Return the position of an image of the dataset; `None` where it is not of this part."""
        return self.positions.get(index)

    @cached_property
    def positions(self) -> Positions:
        """The position of each image."""
        return Positions(self.ids)


@dataclass(frozen=True, eq=False)
class ClassScores:
    """How well each class is recognised; what has no denominator is 0, as scikit-learn has it.

    Attributes:
        precision: of the images predicted as the class, the share that is of it, float64 `(classes,)`.
        recall: of the images of the class, the share predicted as it, float64 `(classes,)`.
        f1: the harmonic mean of both, float64 `(classes,)`.
        support: how many images are of the class, int64 `(classes,)`.
        predicted: how many images were predicted as the class, int64 `(classes,)`.
    """

    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray
    support: np.ndarray
    predicted: np.ndarray

    def mean(self, *, weighted: bool = False) -> tuple[float, float, float]:
        """Return the mean precision, recall and F1 of the classes, each counting alike or by its support."""
        weights = self.support if weighted else None
        precision, recall, f1 = (
            float(np.average(scores, weights=weights)) for scores in (self.precision, self.recall, self.f1)
        )
        return precision, recall, f1


@dataclass(frozen=True)
class ConfusedPair:
    """Images of one class that were taken for another.

    Attributes:
        true: the true class.
        predicted: what it was taken for.
        count: how many images.
        share: of all images of the true class, 0–1.
    """

    true: int
    predicted: int
    count: int
    share: float


def class_scores(confusion: np.ndarray) -> ClassScores:
    """Return precision, recall and F1 by class.

    Args:
        confusion: int `(classes, classes)`, true classes by row, predictions by column.
    """
    hits, support, predicted = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    return ClassScores(
        precision=_ratio(hits, predicted),
        recall=_ratio(hits, support),
        f1=_ratio(2 * hits, support + predicted),
        support=support,
        predicted=predicted,
    )


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def confused_pairs(confusion: np.ndarray, most: int) -> list[ConfusedPair]:
    """Return the pairs of classes that are confused most often, at most so many; equal ones in the classes' order.

    Args:
        confusion: int `(classes, classes)`, true classes by row, predictions by column.
        most: how many pairs at most.
    """
    wrong = confusion * (1 - np.eye(len(confusion), dtype=np.int64))
    support = confusion.sum(axis=1)
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    pairs = zip(*(places.tolist() for places in np.unravel_index(order, wrong.shape)), strict=True)
    return [
        ConfusedPair(true, predicted, int(wrong[true, predicted]), float(wrong[true, predicted] / support[true]))
        for true, predicted in pairs
        if wrong[true, predicted]
    ]


def parts(run: Run) -> tuple[str, ...]:
    """Return the parts that a run has predictions for; only `test` where the test images validated.

    Of a trial of a sweep, only `validation`, unless it is the best.

    Raises:
        RunError: the run has no predictions, or they cannot be read.
    """
    try:
        validation, test = (load(run, part).ids for part in PARTS)
    except HeldBackError:
        return ("validation",)
    if len(validation) == 0 or np.array_equal(validation, test):
        return ("test",)
    return PARTS


def load(run: Run, part: str) -> Predictions:
    """Return what a run predicted for a part, `validation` or `test`; it is not to be changed.

    A run without validation images has no predictions for that part.

    Raises:
        RunError: the run has no predictions, or they cannot be read.
        HeldBackError: it is a trial of a sweep, and its test images are not measured.
    """
    path = run.folder / "evaluation.npz"
    try:
        return _read(path, part, *_known(run), data_home.version(path))
    except MissingError as error:
        raise RunError(f"The run {run.name} has no predictions yet: they are made when its training ends.") from error
    except DamagedError as error:
        if part == "test" and _holds_test_back(path):
            raise HeldBackError(
                f"The run {run.name} is a trial of a sweep: it is not measured on the test images, so that nobody "
                "chooses by them. On Runs it can be."
            ) from error
        raise RunError(f"The predictions of the run {run.name} cannot be read: {error}. Train it again.") from error


def _holds_test_back(path: Path) -> bool:
    """Tell whether there are predictions of validation images and none of test images, as a trial has them."""
    try:
        names = checked.names_of(path)
    except DamagedError:
        return False
    return "validation_ids" in names and "test_ids" not in names


def wanted_arrays(part: str, images: int | None) -> dict[str, Array]:
    """Return what the arrays of a part's predictions must be; `images`: how many its dataset has, if known."""
    last = None if images is None else images - 1
    return {
        f"{part}ids": Array(np.int64, ("n",), low=0, high=last),
        f"{part}labels": Array(np.int16, ("n",), low=0, high="classes"),
        f"{part}probabilities": Array(np.float32, ("n", "classes"), low=0, high=1.001),
    }


def _known(run: Run) -> tuple[int | None, int | None]:
    """Return how many classes a run's dataset has, and how many images; `None` where that cannot be told here."""
    classes = None
    try:
        classes = len(run.about.class_names)
        dataset = store.read(store.folder_of(run.about.name))
        return classes, len(dataset) if runs.is_of(run, dataset) else None
    except (RunError, DatasetError):
        return classes, None


@bounded(100_000_000, lambda made: made.ids.nbytes + made.labels.nbytes + made.probabilities.nbytes)
def _read(path: Path, part: str, classes: int | None, images: int | None, _version: tuple[int, int]) -> Predictions:
    names = [f"{part}_{name}" for name in ("ids", "labels", "probabilities")]
    sizes = {} if classes is None else {"classes": classes}
    if part == "validation" and names[0] not in checked.names_of(path):
        tested = checked.read_arrays(path, wanted_arrays("test_", images), sizes=sizes)["test_probabilities"]
        return Predictions(np.zeros(0, np.int64), np.zeros(0, np.int16), tested[:0])
    found = checked.read_arrays(path, wanted_arrays(f"{part}_", images), sizes=sizes)
    return Predictions(*(found[name] for name in names))


def ranked(probabilities: np.ndarray, class_names: tuple[str, ...]) -> list[tuple[str, float]]:
    """Return class names with their probabilities, most probable first.

    Args:
        probabilities: float `(classes,)`.
        class_names: one text a class.
    """
    return [(class_names[index], float(probabilities[index])) for index in np.argsort(-probabilities, kind="stable")]
