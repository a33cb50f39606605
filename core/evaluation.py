"""What a run predicted: accuracy, confusion, and its errors, worst first. Numbers and indices, no figures."""

from dataclasses import dataclass
from functools import cached_property
from zipfile import BadZipFile

import numpy as np

from core.runs import Run, RunError

PARTS = ("validation", "test")
_SMALLEST_PROBABILITY = 1e-7  # Keras's own clipping in its cross-entropy.


@dataclass(frozen=True, eq=False)
class Predictions:
    """A run's probabilities for the pictures of one part.

    Attributes:
        ids: indices into the data set, int64 `(n,)`.
        labels: true classes, int16 `(n,)`.
        probabilities: float32 `(n, classes)`.
    """

    ids: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray

    @cached_property
    def predicted(self) -> np.ndarray:
        """The most probable class of each picture, int64 `(n,)`."""
        return np.argmax(self.probabilities, axis=1)

    @property
    def accuracy(self) -> float:
        """The share of pictures whose most probable class is the true one, 0–1."""
        return float(np.mean(self.predicted == self.labels))

    @cached_property
    def losses(self) -> np.ndarray:
        """The cross-entropy of each picture, float64 `(n,)`, in nats."""
        true = self.probabilities[np.arange(len(self.labels)), self.labels].astype(np.float64)
        return -np.log(np.maximum(true, _SMALLEST_PROBABILITY))

    @cached_property
    def confusion(self) -> np.ndarray:
        """How many pictures of each true class (row) got each prediction (column), int64 `(classes, classes)`."""
        classes = self.probabilities.shape[1]
        counts = np.zeros((classes, classes), np.int64)
        np.add.at(counts, (self.labels, self.predicted), 1)
        return counts

    def errors(self) -> np.ndarray:
        """Return positions of the wrong ones, int64, worst first: by the probability given to the wrong answer."""
        return self._worst_first(np.flatnonzero(self.predicted != self.labels))

    def cell(self, true: int, predicted: int) -> np.ndarray:
        """Return positions of the pictures of a cell of the confusion matrix, int64, worst first."""
        return self._worst_first(np.flatnonzero((self.labels == true) & (self.predicted == predicted)))

    def _worst_first(self, positions: np.ndarray) -> np.ndarray:
        given = self.probabilities[positions, self.predicted[positions]]
        wrong = self.predicted[positions] != self.labels[positions]
        # Among right answers the least sure is the worst; among wrong ones the surest.
        badness = np.where(wrong, given, -given)
        return positions[np.lexsort((self.ids[positions], -self.losses[positions], -badness))]


def load(run: Run, part: str) -> Predictions:
    """Read what a run predicted for a part, `validation` or `test`.

    Raises:
        RunError: the run has no predictions, or they cannot be read.
    """
    path = run.folder / "evaluation.npz"
    try:
        with np.load(path, allow_pickle=False) as stored:
            return Predictions(*(stored[f"{part}_{name}"] for name in ("ids", "labels", "probabilities")))
    except FileNotFoundError as error:
        raise RunError(f"The run {run.name} has no predictions yet: they are made when its training ends.") from error
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise RunError(f"The predictions of the run {run.name} cannot be read: {error}. Train it again.") from error


def ranked(probabilities: np.ndarray, class_names: tuple[str, ...]) -> list[tuple[str, float]]:
    """Return class names with their probabilities, most probable first.

    Args:
        probabilities: float `(classes,)`.
        class_names: one text a class.
    """
    return [(class_names[index], float(probabilities[index])) for index in np.argsort(-probabilities, kind="stable")]
