"""Pictures whose given label is implausible: confident learning.

C. Northcutt, L. Jiang, I. Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", Journal of Artificial
Intelligence Research 70 (2021). The probabilities must be of pictures that the network did not train on: a network that
learned a wrong label by heart finds it plausible.
"""

from dataclasses import dataclass

import numpy as np

from core.progress import Progress, quiet

# Of each class: one to fit on and one to judge.
FEWEST = 2
_FOLDS = 5
_MOST_ROUNDS, _ENOUGH = 100, 1e-3
# Of the inverse of the regularisation's strength: features that tell a thing by heart must not count much.
_FREEDOM = 0.01


@dataclass(frozen=True, eq=False)
class LabelErrors:
    """Pictures, the one whose label is most implausible first.

    Attributes:
        ids: indices into the data set, int64 `(n,)`, all that were looked at.
        labels: the given classes, int16 `(n,)`.
        likely: the class that each more likely is, int64 `(n,)`: the most probable one that is not the given.
        margins: the probability of the given class minus that of `likely`, float32 `(n,)`, −1 to 1.
        found: how many of them, the first, confident learning takes for wrong.
        joint: how many pictures of each given class (row) confidently are of each class (column), int64
            `(classes, classes)`.
    """

    ids: np.ndarray
    labels: np.ndarray
    likely: np.ndarray
    margins: np.ndarray
    found: int
    joint: np.ndarray


def find(ids: np.ndarray, labels: np.ndarray, probabilities: np.ndarray) -> LabelErrors:
    """Sort pictures by how implausible their labels are.

    Those that are confidently of another class come first; both they and the others by the normalised margin.

    Args:
        ids: indices into the data set, int64 `(n,)`.
        labels: the given classes, int `(n,)`.
        probabilities: of a network that did not train on these pictures, float `(n, classes)`.
    """
    places = np.arange(len(labels))
    confident = confident_classes(labels, probabilities)
    wrong = (confident >= 0) & (confident != labels)
    joint = np.zeros((probabilities.shape[1],) * 2, np.int64)
    np.add.at(joint, (labels[confident >= 0], confident[confident >= 0]), 1)
    others = np.array(probabilities, np.float32)
    others[places, labels] = -1
    likely = others.argmax(axis=1)
    margins = (probabilities[places, labels] - others[places, likely]).astype(np.float32)
    order = np.lexsort((ids, margins, ~wrong))
    return LabelErrors(ids[order], labels[order], likely[order], margins[order], int(wrong.sum()), joint)


def confident_classes(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return the class that each picture confidently is of, int64 `(n,)`; −1 where it is of none.

    It is the most probable of the classes that are at least as probable as they are, on average, for pictures that have
    their label: so a network that is unsure of a class in general need not be sure of it here.

    Args:
        labels: the given classes, int `(n,)`.
        probabilities: float `(n, classes)`.
    """
    classes = probabilities.shape[1]
    # A class that no picture has as its label cannot be confidently of any.
    thresholds = np.full(classes, np.inf)
    for label in range(classes):
        if (labels == label).any():
            thresholds[label] = probabilities[labels == label, label].mean(dtype=np.float64)
    enough = np.where(probabilities >= thresholds, probabilities, -1)
    return np.where((enough >= 0).any(axis=1), enough.argmax(axis=1), -1)


def cross_validated(features: np.ndarray, labels: np.ndarray, progress: Progress = quiet) -> np.ndarray:
    """Return probabilities of each picture by a logistic regression that was fitted without it.

    Args:
        features: what a network makes of the pictures, float `(n, d)`.
        labels: the given classes, int `(n,)`: at least two, each at least `FEWEST` times.
        progress: told which fold is fitted.

    Returns:
        float32 `(n, classes)`, classes from 0 to the highest label.

    Raises:
        Cancelled: by `progress`.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold
    from sklearn.preprocessing import StandardScaler

    folds = min(_FOLDS, int(np.unique(labels, return_counts=True)[1].min()))
    probabilities = np.zeros((len(labels), int(labels.max()) + 1), np.float32)
    divided = StratifiedKFold(folds, shuffle=True, random_state=0).split(features, labels)
    for fold, (fitted, held_out) in enumerate(divided):
        progress("asking about pictures that were left out", fold, folds, "parts")
        scaler = StandardScaler().fit(features[fitted])
        model = LogisticRegression(C=_FREEDOM, max_iter=_MOST_ROUNDS, tol=_ENOUGH)
        model.fit(scaler.transform(features[fitted]), labels[fitted])
        answers = model.predict_proba(scaler.transform(features[held_out]))
        probabilities[np.ix_(held_out, model.classes_)] = answers
    progress("asking about pictures that were left out", folds, folds, "parts")
    return probabilities
