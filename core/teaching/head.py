"""What can be learned from features in a moment: a last layer, how good it is, and what it does not know."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from core.storage.blas import one_thread

# The inverse of the regularisation's strength: of the values tried on features of length 1, the best from 5 to 200
# photos a class.
_FREEDOM = 30.0
_MOST_ROUNDS, _FOLDS = 200, 5
_COOLEST, _HOTTEST = 0.02, 5.0
# Of an image that may be none of the classes the nearest so many count; known is what is as near as all but so many of
# the own images are to the others, and a little less near.
_NEAREST, _SHARE, _SLACK = 3, 0.05, 0.02
_SIZES, _DRAWS = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500), 6


@dataclass(frozen=True, eq=False)
class Head:
    """A last layer on features of length 1.

    Attributes:
        weights: float32 `(d, classes)`.
        bias: float32 `(classes,)`.
    """

    weights: np.ndarray
    bias: np.ndarray

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """Return probabilities, float64 `(n, classes)`, of features of length 1, float `(n, d)`."""
        logits = features.astype(np.float64) @ self.weights + self.bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))

    def cooled(self, temperature: float) -> "Head":
        """Return the layer whose logits are divided by a temperature."""
        return Head((self.weights / temperature).astype(np.float32), (self.bias / temperature).astype(np.float32))


@one_thread()
def fitted(features: np.ndarray, labels: np.ndarray, classes: int) -> Head:
    """Return the last layer that logistic regression finds.

    Args:
        features: of length 1, float `(n, d)`.
        labels: int `(n,)`; at least two of the classes are there.
        classes: how many there are.
    """
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=_FREEDOM, max_iter=_MOST_ROUNDS).fit(features, labels)
    weights, bias = np.zeros((features.shape[1], classes)), np.full(classes, -1e3)
    if len(model.classes_) == 2:
        half = model.coef_[0] / 2
        weights[:, model.classes_] = np.stack([-half, half], axis=1)
        bias[model.classes_] = (-model.intercept_[0] / 2, model.intercept_[0] / 2)
    else:
        weights[:, model.classes_] = model.coef_.T
        bias[model.classes_] = model.intercept_
    return Head(weights.astype(np.float32), bias.astype(np.float32))


@one_thread()
def compact(features: np.ndarray) -> np.ndarray:
    """Return features in as many dimensions as there are images, where these are fewer: all angles stay."""
    count, numbers = features.shape
    if count >= numbers:
        return features
    left, sizes, _ = np.linalg.svd(features, full_matrices=False)
    return np.asarray(left * sizes)


@one_thread()
def cross_validated(
    features: np.ndarray, labels: np.ndarray, takes: np.ndarray, classes: int, check: Callable[[], None]
) -> np.ndarray:
    """Return probabilities of each image by a layer that was fitted without it, float64 `(n, classes)`.

    Images of one recording are kept together wherever none has more than half of its class: frames that
    are almost the same would else say little.

    Args:
        features: of length 1, float `(n, d)`.
        labels: int `(n,)`, each class at least twice.
        takes: what recording each image is of, int `(n,)`.
        classes: how many there are.
        check: called between fits; it may raise.
    """
    probabilities = np.zeros((len(labels), classes))
    for learned, held in _folds(labels, takes):
        check()
        probabilities[held] = fitted(features[learned], labels[learned], classes).probabilities(features[held])
    return probabilities


def is_grouped(labels: np.ndarray, takes: np.ndarray) -> bool:
    """Tell whether recordings can be kept together: none has more than half of the images of its class."""
    largest = (np.unique(takes[labels == label], return_counts=True)[1] for label in np.unique(labels))
    return all(2 * counts.max() <= counts.sum() for counts in largest)


def _folds(labels: np.ndarray, takes: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    grouped = is_grouped(labels, takes)
    if grouped:
        fewest = min(len(np.unique(takes[labels == label])) for label in np.unique(labels))
        kind = StratifiedGroupKFold(min(_FOLDS, fewest), shuffle=True, random_state=0)
        found = list(kind.split(labels, labels, takes))
        wanted = len(np.unique(labels))
        if all(len(np.unique(labels[learned])) == wanted for learned, _ in found):
            yield from found
            return
    fewest = int(np.unique(labels, return_counts=True)[1].min())
    yield from StratifiedKFold(min(_FOLDS, fewest), shuffle=True, random_state=0).split(labels, labels)


def temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return what makes cross-validated probabilities, float `(n, classes)`, as large as they are right.

    The targets are a little less than sure, as J. Platt has them ("Probabilistic outputs for support vector machines",
    1999), so that few images that are all right do not make a layer certain.
    """
    from scipy.optimize import minimize_scalar

    logits = np.log(np.maximum(probabilities, 1e-12))
    count, classes = probabilities.shape
    rest = 1 / (count + 2)
    targets = np.full((count, classes), rest / max(1, classes - 1))
    targets[np.arange(count), labels] = 1 - rest

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        return -float(np.mean(((scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True)) * targets).sum(axis=1)))

    return float(np.exp(minimize_scalar(loss, bounds=(np.log(_COOLEST), np.log(_HOTTEST)), method="bounded").x))


def nearness(own: np.ndarray, features: np.ndarray, *, among_own: bool = False) -> np.ndarray:
    """Return how near images are to those learned from, the mean cosine with the nearest three, float `(n,)`.

    Args:
        own: features learned from, of length 1, float `(m, d)`.
        features: of length 1, float `(n, d)`.
        among_own: whether these are the same images: none counts as near itself.
    """
    cosines = features @ own.T
    if among_own:
        np.fill_diagonal(cosines, -1)
    count = min(_NEAREST, len(own) - among_own)
    return np.asarray(np.sort(cosines, axis=1)[:, -count:].mean(axis=1))


def known_from(own: np.ndarray) -> float:
    """Return the nearness from which on an image is taken for one of the classes.

    Measured with 10 photos of cats and of dogs: 95% of other cats and dogs are kept, and 57% of CIFAR-10's images, 98%
    of digits and 99% of drawn shapes declined; with 30 it is 97%, and 68%, 100% and 100%.
    """
    found = np.sort(nearness(own, own, among_own=True))
    return float(found[int(_SHARE * len(found))]) - _SLACK


@one_thread()
def learning_curve(
    features: np.ndarray, labels: np.ndarray, classes: int, check: Callable[[], None]
) -> list[tuple[int, float]]:
    """Return the accuracy on the others after learning from so many images of each class, for growing numbers.

    Arguments as of `cross_validated`.
    """
    rng, points = np.random.default_rng(0), []
    counts = np.bincount(labels, minlength=classes)
    fewest = int(counts[counts > 0].min())
    for size in [each for each in _SIZES if each < fewest]:
        accuracies = []
        for _ in range(_DRAWS):
            check()
            drawn = np.concatenate([rng.permutation(np.flatnonzero(labels == c))[:size] for c in np.unique(labels)])
            others = np.setdiff1d(np.arange(len(labels)), drawn)
            answers = fitted(features[drawn], labels[drawn], classes).probabilities(features[others]).argmax(axis=1)
            right = answers == labels[others]
            accuracies.append(np.mean([right[labels[others] == c].mean() for c in np.unique(labels)]))
        points.append((size, float(np.mean(accuracies))))
    return points
