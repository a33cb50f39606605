"""Whether classes can be told without what is shown in the middle: by brightness, or by the edges of the images."""

from collections.abc import Iterator

import numpy as np

SIDE = 16
_EDGE = 3
_FEWEST = 5
# How much of the way from guessing to perfection leads to a word.
_TELLING = 0.7


def said(small: np.ndarray, labels: np.ndarray) -> Iterator[str]:
    """Yield a sentence for each clue that tells the classes well by itself.

    Args:
        small: the images at 16×16 pixels, uint8 `(n, 16, 16, 3)`.
        labels: int `(n,)`.
    """
    counts = np.unique(labels, return_counts=True)[1]
    if len(counts) < 2 or counts.min() < _FEWEST:
        return
    chance = 1 / len(counts)
    values = small.astype(np.float32) / 255
    bright = values.mean(axis=(1, 2, 3))[:, np.newaxis]
    accuracy = _accuracy(bright, labels)
    if accuracy - chance > _TELLING * (1 - chance):
        yield (
            f"Brightness alone tells the classes of {accuracy:.0%}, where guessing gets {chance:.0%}: what is learned "
            "may be light and dark, not what is shown. Add images of each class in the same light."
        )
        return
    edges = np.concatenate(
        [
            part.mean(axis=(1, 2))
            for part in (
                values[:, :_EDGE],
                values[:, -_EDGE:],
                values[:, :, :_EDGE],
                values[:, :, -_EDGE:],
            )
        ],
        axis=1,
    )
    accuracy = _accuracy(edges, labels)
    if accuracy - chance > _TELLING * (1 - chance):
        yield (
            f"The colors at the edges of the images alone tell the classes of {accuracy:.0%}, where guessing gets "
            f"{chance:.0%}: what is learned may be the background. Add images of each class in front of the same ones."
        )


def _accuracy(values: np.ndarray, labels: np.ndarray) -> float:
    """Return the balanced accuracy, 0–1, of a small forest on values, float `(n, d)`, cross-validated."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    forest = RandomForestClassifier(30, max_depth=4, min_samples_leaf=2, class_weight="balanced", random_state=0)
    folds = StratifiedKFold(_FEWEST, shuffle=True, random_state=0)
    right = cross_val_predict(forest, values, labels, cv=folds) == labels
    return float(np.mean([right[labels == label].mean() for label in np.unique(labels)]))
