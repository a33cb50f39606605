"""How good samples are beside real images: whether they look like their class, differ, and are no copies."""

from dataclasses import dataclass

import numpy as np

# So many real images are compared with; as many are compared with each other.
_MOST_REAL, _MOST_HELD_OUT = 12_000, 300
_NEIGHBOURS = 3
_AT_ONCE = 64


@dataclass(frozen=True)
class Measures:
    """What is measured of a sheet of samples.

    Attributes:
        recognised: the share that looks like the class that was asked for, 0–1.
        diversity: how much samples of one class differ from each other, as a share of how much real ones do.
        nearest: how far a sample is from its nearest training image (median), as a share of how far real images that
            were not trained on are; 1: as far, close to 0: copies.
        class_shares: what share of the samples looks like each class.
    """

    recognised: float
    diversity: float
    nearest: float
    class_shares: tuple[float, ...]


class Judge:
    """Knows real images, and measures samples by them.

    What a sample looks like is the class that most of its three nearest training images have; distances are root mean
    squares of pixels' differences.
    """

    def __init__(self, real: np.ndarray, labels: np.ndarray, held_out: np.ndarray, classes: int, seed: int = 0) -> None:
        """Get to know real images.

        Args:
            real: those that train, uint8 `(n, height, width, channels)`, at least one.
            labels: theirs, int `(n,)`.
            held_out: others, uint8 `(k, height, width, channels)`; none: some of those that train.
            classes: how many there are.
            seed: which of very many are taken.
        """
        rng = np.random.default_rng(seed)
        chosen = np.sort(rng.permutation(len(real))[:_MOST_REAL])
        others = np.sort(rng.permutation(len(held_out))[:_MOST_HELD_OUT])
        self._real, self._labels, self._classes = _rows(real[chosen]), np.asarray(labels)[chosen], classes
        self._squares = (self._real**2).sum(axis=1)
        # Neighbours in a dataset are often by the same hand: which are compared is left to chance.
        mixed = rng.permutation(len(chosen))
        self._differences = {
            int(label): _mean_distance(self._real[mixed[self._labels[mixed] == label][:_AT_ONCE]])
            for label in np.unique(self._labels)
        }
        distances = self._distances(_rows(held_out[others] if len(others) else real[chosen[:_MOST_HELD_OUT]]))
        # Without other images, each is its own nearest, and the next one counts.
        place = 0 if len(others) else min(1, distances.shape[1] - 1)
        self._nearest = float(np.median(np.partition(distances, place, axis=1)[:, place]))

    def measure(self, samples: np.ndarray, labels: np.ndarray) -> Measures:
        """Measure samples, uint8 `(n, height, width, channels)`, of the classes that were asked for, int `(n,)`."""
        rows = _rows(samples)
        distances = self._distances(rows)
        looks = self._looks(distances)
        ratios = [
            _mean_distance(rows[labels == label]) / max(self._differences.get(int(label), 0.0), 1e-6)
            for label in np.unique(labels)
            if self._differences.get(int(label))
        ]
        shares = np.bincount(looks, minlength=self._classes) / len(samples)
        return Measures(
            recognised=float(np.mean(looks == labels)),
            diversity=float(np.mean(ratios)) if ratios else 0.0,
            nearest=float(np.median(distances.min(axis=1))) / max(self._nearest, 1e-6),
            class_shares=tuple(round(float(share), 4) for share in shares),
        )

    def _looks(self, distances: np.ndarray) -> np.ndarray:
        """Return the class that most of the nearest have, int `(n,)`; the nearest decides between as many."""
        count = min(_NEIGHBOURS, distances.shape[1])
        nearest = np.argpartition(distances, count - 1, axis=1)[:, :count]
        near = np.take_along_axis(distances, nearest, axis=1)
        labels = self._labels[nearest]
        votes = np.zeros((len(distances), self._classes))
        np.add.at(votes, (np.arange(len(votes))[:, None], labels), 1 + 1e-3 * (near == near.min(axis=1, keepdims=True)))
        return votes.argmax(axis=1)

    def _distances(self, rows: np.ndarray) -> np.ndarray:
        """Return how far rows are from each real image, float32 `(n, real)`."""
        found = [
            (some**2).sum(axis=1)[:, None] + self._squares - 2 * some @ self._real.T
            for some in np.array_split(rows, max(1, len(rows) // _AT_ONCE))
        ]
        return np.sqrt(np.maximum(np.concatenate(found), 0) / rows.shape[1])


def _rows(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype(np.float32) / 255


def _mean_distance(rows: np.ndarray) -> float:
    """Return how far rows are from each other on average; 0 for fewer than two."""
    if len(rows) < 2:
        return 0.0
    squares = (rows**2).sum(axis=1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares - 2 * rows @ rows.T, 0) / rows.shape[1])
    return float(distances.sum() / (len(rows) * (len(rows) - 1)))
