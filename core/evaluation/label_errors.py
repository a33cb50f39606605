"""Images whose given label is implausible: the network finds another class far more probable.

One number sorts them and tells which are found: how many times as probable the given class is as the most probable
other. `bench/label_errors.py` compares it with others on flipped labels of three datasets, after strong and weak
networks: of the flipped, 63% are within a budget of as many images, never 8 points behind another way. The
probability of the given class alone was 21 points behind where labels are flipped to a like class, the normalised
margin and confident learning (C. Northcutt, L. Jiang, I. Chuang, "Confident Learning: Estimating Uncertainty in Dataset
Labels", Journal of Artificial Intelligence Research 70, 2021) 24 where it is unsure.

The probabilities must be of images that the network did not train on: a network that learned a wrong label by heart
finds it plausible.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.datasets.positions import Positions
from core.storage.blas import one_thread
from core.storage.progress import Progress, quiet

# Of each class: one to fit on and one to judge.
FEWEST = 2
# Labels whose class is less than half as probable as another are found: networks that shrink all their probabilities
# to be careful still find most wrong labels so, and those that are often sure few right ones.
_IMPLAUSIBLE = 0.5
_SMALLEST = float(np.finfo(np.float32).tiny)
_FOLDS = 5
_MOST_ROUNDS, _ENOUGH = 100, 1e-3
# Of the inverse of the regularisation's strength: features that tell a thing by heart must not count much.
_FREEDOM = 0.01
# The same for features of length 1, which are not standardised.
_FREEDOM_OF_LENGTH_1 = 3.0


@dataclass(frozen=True, eq=False)
class LabelErrors:
    """Images, the one whose label is most implausible first.

    Attributes:
        ids: indices into the dataset, int64 `(n,)`, all that were looked at.
        labels: the given classes, int16 `(n,)`.
        likely: the class that each more likely is, int64 `(n,)`: the most probable one that is not the given.
        plausibility: the probability of the given class divided by that of `likely`, float64 `(n,)`, 0 or more, rising.
        found: how many of them, the first, are taken for wrong: their plausibility is below a half.
    """

    ids: np.ndarray
    labels: np.ndarray
    likely: np.ndarray
    plausibility: np.ndarray
    found: int

    @cached_property
    def positions(self) -> Positions:
        """Where each image stands among them."""
        return Positions(self.ids)


def find(ids: np.ndarray, labels: np.ndarray, probabilities: np.ndarray) -> LabelErrors:
    """Sort images by how implausible their labels are.

    Args:
        ids: indices into the dataset, int64 `(n,)`.
        labels: the given classes, int `(n,)`.
        probabilities: of a network that did not train on these images, float `(n, classes)`.
    """
    places = np.arange(len(labels))
    others = np.array(probabilities, np.float64)
    given = others[places, labels]
    others[places, labels] = -1
    likely = others.argmax(axis=1)
    plausibility = np.maximum(given, _SMALLEST) / np.maximum(others[places, likely], _SMALLEST)
    order = np.lexsort((ids, plausibility))
    found = int(np.count_nonzero(plausibility < _IMPLAUSIBLE))
    return LabelErrors(ids[order], labels[order], likely[order], plausibility[order], found)


@one_thread()
def cross_validated(
    features: np.ndarray, labels: np.ndarray, progress: Progress = quiet, *, of_length_1: bool = False
) -> np.ndarray:
    """Return probabilities of each image by a logistic regression that was fitted without it.

    Args:
        features: what a network makes of the images, float `(n, d)`.
        labels: the given classes, int `(n,)`: at least two, each at least `FEWEST` times.
        progress: told which fold is fitted.
        of_length_1: whether the features are of length 1: then they are taken as they are, else standardised first.

    Returns:
        float32 `(n, classes)`, classes from 0 to the highest label.

    Raises:
        Cancelled: by `progress`.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    folds = min(_FOLDS, int(np.unique(labels, return_counts=True)[1].min()))
    probabilities = np.zeros((len(labels), int(labels.max()) + 1), np.float32)
    divided = StratifiedKFold(folds, shuffle=True, random_state=0).split(features, labels)
    steps = [] if of_length_1 else [StandardScaler()]
    freedom = _FREEDOM_OF_LENGTH_1 if of_length_1 else _FREEDOM
    for fold, (fitted, held_out) in enumerate(divided):
        progress("asking about images that were left out", fold, folds, "parts")
        model = make_pipeline(*steps, LogisticRegression(C=freedom, max_iter=_MOST_ROUNDS, tol=_ENOUGH))
        model.fit(features[fitted], labels[fitted])
        probabilities[np.ix_(held_out, model.classes_)] = model.predict_proba(features[held_out])
    progress("asking about images that were left out", folds, folds, "parts")
    return probabilities
