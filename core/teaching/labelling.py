"""Images without a class, labelled with a pretrained network's help: what each may be, and which to ask about first.

A last layer learns from what is labelled, in a moment, and again after each label that a person gives; these are
decisions, as a relabelling is. Asked about first are images between two classes, unlike one another.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.datasets import decisions
from core.datasets.decisions import EXCLUDE
from core.datasets.features.label_check import components
from core.datasets.store import UNLABELED, Dataset, DatasetError
from core.datasets.stratified import stratified
from core.storage.memory_cache import bounded
from core.teaching.head import Head, fitted
from core.training import features

# So many labelled images teach, and so many judge: more take longer than a moment and say little more.
_MOST_LEARNED, _MOST_HELD_BACK = 1_500, 2_000
# So many are asked about before the order is worked out anew, out of so many of the least certain.
ASKED, _AMONG = 12, 120
# Numbers of labels after which the accuracy is told.
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
_COMPARED, _FIRST_OF_A_CLASS, _POOL = 6, 2, 1_000


@dataclass(frozen=True, eq=False)
class Proposals:
    """What images without a class may be.

    Attributes:
        ids: of them, int64 `(n,)`; the first `ASKED` are the most informative, the least certain others follow.
        probabilities: of each class, float64 `(n, classes)`; while `learned` is 0, all alike.
        given: how many a person has labelled by now.
        learned: from how many labelled images the layer learned; 0: they are of fewer than two classes so far.
    """

    ids: np.ndarray
    probabilities: np.ndarray
    given: int
    learned: int


@dataclass(frozen=True)
class Point:
    """The accuracy on held-back images after so many labels that a person gave."""

    labels: int
    accuracy: float


@bounded(200_000_000, lambda vectors: vectors.nbytes)
def vectors_of(dataset: Dataset) -> np.ndarray:
    """Return what a pretrained network makes of each image, along its main directions, float32 `(n, k)`.

    Raises:
        DatasetError: its features have yet to be made (`core.training.features`).
    """
    known = features.known(dataset)
    if known is None:
        raise DatasetError(f"What a pretrained network sees in {dataset.about.title} has yet to be worked out.")
    return components(known)


def propose(dataset: Dataset) -> Proposals:
    """Say what the images without a class may be, the most informative first.

    Until there are labels of two classes, the first are images unlike one another.

    Raises:
        DatasetError: the features have yet to be made.
    """
    return _proposed(dataset, decisions.version(dataset))


@lru_cache(maxsize=4)
def _proposed(dataset: Dataset, _version: tuple[int, int]) -> Proposals:
    vectors, given, made = vectors_of(dataset), _given(dataset), decisions.current(dataset)
    ids, labels = _learned(dataset, given)
    rest = np.array([index for index in dataset.select(UNLABELED).tolist() if index not in made], np.int64)
    classes = len(dataset.about.class_names)
    if known := len(np.unique(labels)) > 1:
        probabilities = _fitted(dataset, vectors, ids, labels).probabilities(vectors[rest])
    else:
        probabilities = np.full((len(rest), classes), 1 / classes)
    order = asked_first(vectors[rest], probabilities)
    return Proposals(rest[order], probabilities[order], len(given), len(ids) if known else 0)


def asked_first(vectors: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return the places of images in the order in which to ask about them.

    The smallest margins between the two likeliest classes come first; among these, the first `ASKED` are chosen unlike
    one another, each as far as can be from those before.

    Args:
        vectors: of length 1, float `(n, k)`.
        probabilities: of each class, float `(n, classes)`.
    """
    if not len(vectors):
        return np.zeros(0, np.int64)
    highest = np.sort(probabilities, axis=1)[:, -2:]
    order = np.argsort(highest[:, 1] - highest[:, 0], kind="stable")
    among = order[:_AMONG]
    chosen = [0]
    nearest = vectors[among] @ vectors[among[0]]
    while len(chosen) < min(ASKED, len(among)):
        nearest[chosen] = np.inf
        chosen.append(int(nearest.argmin()))
        nearest = np.maximum(nearest, vectors[among] @ vectors[among[chosen[-1]]])
    first = among[chosen]
    return np.concatenate([first, order[~np.isin(order, first)]])


def progress_so_far(dataset: Dataset) -> list[Point]:
    """Return how the accuracy on held-back images grew with the labels that a person gave, in their order.

    Held back are images of the dataset's test split, which the layer never learns from. It begins at 0 labels.

    Args:
        dataset: some of whose images have a class.

    Raises:
        DatasetError: the labelled images are of fewer than two classes, or the features have yet to be made.
    """
    given = tuple(_given(dataset).items())
    if not len(dataset.select("test")):
        return []
    counts = [0, *(each for each in _STEPS if each < len(given)), *([len(given)] if given else [])]
    return [Point(count, _accuracy_after(dataset, given[:count], _decided_training(dataset))) for count in counts]


@lru_cache(maxsize=256)
def _accuracy_after(dataset: Dataset, given: tuple[tuple[int, int], ...], _decided: tuple[int, ...]) -> float:
    vectors, (ids, labels) = vectors_of(dataset), _learned(dataset, dict(given))
    held = held_back(dataset)
    return _accuracy(_fitted(dataset, vectors, ids, labels), vectors[held], dataset.labels[held])


def _decided_training(dataset: Dataset) -> tuple[int, ...]:
    """Return what differs where other decisions on training images stand."""
    made = decisions.current(dataset)
    return tuple(hash((index, each)) for index, each in sorted(made.items()) if dataset.labels[index] >= 0)


def held_back(dataset: Dataset) -> np.ndarray:
    """Return the images, int64 `(n,)`, on which accuracy is measured: of the test split, which never teaches."""
    return _sample(dataset, dataset.select("test"), _MOST_HELD_BACK)


def compare(dataset: Dataset, check: Callable[[], None] = lambda: None) -> Iterator[tuple[int, float, float]]:
    """Yield what the order of asking is worth: accuracy after so many labels in this order, and at random.

    It is tried on labelled training images, of which two of each class are taken for known and the others are asked
    about; measured on the test split; the mean of six tries.

    Args:
        dataset: with labelled images.
        check: called between fits; it may raise.

    Raises:
        DatasetError: there are too few labelled images.
    """
    vectors = vectors_of(dataset)
    pool = _sample(dataset, dataset.select("train"), _POOL)
    held = held_back(dataset)
    labels = np.asarray(dataset.labels, np.int64)
    counts = np.bincount(labels[pool], minlength=len(dataset.about.class_names))
    if (counts > _FIRST_OF_A_CLASS).sum() < 2 or not len(held):
        raise DatasetError(f"{dataset.about.title} has too few labeled images to compare orders on.")
    tries = [_Tried(dataset, vectors, pool, held, seed) for seed in range(_COMPARED)]
    known_first = len(tries[0].asked)
    for count in range(0, min(len(pool) - known_first, 5 * ASKED) + 1, ASKED):
        check()
        pairs = [(each.accuracy(count), each.accuracy_at_random(count)) for each in tries]
        informed, random = np.mean(pairs, axis=0)
        yield count, float(informed), float(random)


class _Tried:
    """One try of an order, on images whose labels are known: what it asks about in turn."""

    def __init__(self, dataset: Dataset, vectors: np.ndarray, pool: np.ndarray, held: np.ndarray, seed: int) -> None:
        self._dataset, self._vectors, self._held = dataset, vectors, held
        self._labels = np.asarray(dataset.labels, np.int64)
        shuffled = np.random.default_rng(seed).permutation(pool)
        ordered = self._labels[shuffled]
        first = [shuffled[ordered == label][:_FIRST_OF_A_CLASS] for label in np.unique(ordered)]
        self.asked = np.concatenate(first)
        self._random = np.concatenate([self.asked, shuffled[~np.isin(shuffled, self.asked)]])
        self._first = len(self.asked)

    def accuracy(self, count: int) -> float:
        """Return the accuracy after so many labels in the order of asking; to be called with growing counts."""
        while len(self.asked) < self._first + count:
            rest = self._random[~np.isin(self._random, self.asked)]
            head = self._head(self.asked)
            order = asked_first(self._vectors[rest], head.probabilities(self._vectors[rest]))
            self.asked = np.append(self.asked, rest[order[:ASKED]])
        return self._measured(self.asked[: self._first + count])

    def accuracy_at_random(self, count: int) -> float:
        """Return the accuracy after so many labels of images drawn by chance."""
        return self._measured(self._random[: self._first + count])

    def _head(self, ids: np.ndarray) -> Head:
        return _fitted(self._dataset, self._vectors, ids, self._labels[ids])

    def _measured(self, ids: np.ndarray) -> float:
        return _accuracy(self._head(ids), self._vectors[self._held], self._labels[self._held])


def _given(dataset: Dataset) -> dict[int, int]:
    """Return the classes that a person gave to images without one, in the order in which they were given."""
    unlabeled = set(dataset.select(UNLABELED).tolist())
    made = [(each.time, index, each.label) for index, each in decisions.current(dataset).items() if index in unlabeled]
    return {index: label for _, index, label in sorted(made) if label is not None}


def _learned(dataset: Dataset, given: dict[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return which images teach, and their classes by what is decided: all that were given, and some of the others."""
    made = decisions.current(dataset)
    changed = {index: each.label for index, each in made.items() if each.label is not None}
    sample = _sample(dataset, dataset.select("train"), _MOST_LEARNED).tolist()
    ids = [index for index in sample if index not in made or made[index].decision != EXCLUDE]
    labels = [int(changed.get(index, dataset.labels[index])) for index in ids]
    return np.array([*ids, *given], np.int64), np.array([*labels, *given.values()], np.int64)


def _sample(dataset: Dataset, ids: np.ndarray, most: int) -> np.ndarray:
    """Return at most so many images, drawn by class, always the same."""
    if len(ids) <= most:
        return ids
    try:
        return np.asarray(ids[stratified(np.asarray(dataset.labels[ids]), most, 0)])
    except ValueError:  # More classes than that.
        return np.sort(np.random.default_rng(0).permutation(ids)[:most])


def _fitted(dataset: Dataset, vectors: np.ndarray, ids: np.ndarray, labels: np.ndarray) -> Head:
    if len(np.unique(labels)) < 2:
        raise DatasetError(
            f"{dataset.about.title} has labeled images of fewer than two classes: there is nothing to propose yet. "
            "Label some of another class on Browse, Images."
        )
    return fitted(vectors[ids], labels, len(dataset.about.class_names))


def _accuracy(head: Head, vectors: np.ndarray, labels: np.ndarray) -> float:
    return float(np.mean(head.probabilities(vectors).argmax(axis=1) == labels))
