"""The check for labels that a trivial property tells, such as brightness or the size of the file."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from core.datasets.audit.findings import PASSED, PROBLEM, WARNING, AuditFinding, ordered
from core.datasets.store import Dataset
from core.storage.progress import Progress

# How much of the way from guessing to perfection one property must lead.
_TELLING = ((0.5, PROBLEM), (0.2, WARNING))
_FOLDS, _STANDARD_ERRORS = 5, 3
# For each property: what it is called, what images with less and with more of it are, and its unit.
_PROPERTIES = {
    "brightness": ("brightness", "darker", "brighter", ""),
    "contrast": ("contrast", "flatter", "richer in contrast", ""),
    "sharpness": ("sharpness", "less sharp", "sharper", ""),
    "width": ("width", "narrower", "wider", " px"),
    "height": ("height", "less tall", "taller", " px"),
    "aspect": ("shape", "narrower for their height", "wider for their height", ""),
    "bytes": ("file size", "in smaller files", "in larger files", " bytes"),
}


def told_by_a_property(dataset: Dataset, progress: Progress) -> Iterator[AuditFinding]:
    """Find properties, each by itself, that tell the class clearly better than guessing."""
    large = np.flatnonzero(dataset.counts.sum(axis=1) >= _FOLDS)
    among = np.flatnonzero(np.isin(dataset.labels, large))
    labels = dataset.labels[among]
    chance = 1 / max(len(large), 1)
    best = ("", chance)
    told = False
    for number, (name, (called, *terms)) in enumerate(_PROPERTIES.items()):
        progress("trying to tell the classes by one property", number, len(_PROPERTIES), "properties")
        values = _values(dataset.index, name)[among]
        if len(large) < 2 or len(np.unique(values)) < 2:
            continue
        right, accuracy, error = _predicted(values, labels)
        best = max(best, (called, accuracy), key=lambda each: each[1])
        telling = (accuracy - chance) / (1 - chance)
        severity = next((severity for limit, severity in _TELLING if telling >= limit), PASSED)
        if severity == PASSED or accuracy < chance + _STANDARD_ERRORS * error:
            continue
        told = True
        yield AuditFinding(
            f"told-by-{name}",
            f"Shortcut: {called} predicts the label",
            f"By {called} alone, {accuracy:.0%} are told right (mean of the classes, cross-validated), where guessing "
            f"gets {chance:.0%}: {_direction(dataset.about.class_names, values, labels, terms)}. A network may learn "
            f"this instead of what the images show: make sure that it holds for the images you will use it on.",
            severity,
            tuple(map(int, among[ordered(right, values)])),
        )
    if not told:
        figure = f" The best, {best[0]}, tells {best[1]:.0%} right, guessing {chance:.0%}." if best[0] else ""
        sentence = f"No simple property (brightness, size, shape…) predicts the class on its own.{figure}"
        yield AuditFinding("told-by-property", "Shortcut: a simple property predicts the label", sentence, PASSED)


def _values(index: np.ndarray, name: str) -> np.ndarray:
    if name == "aspect":
        return index["width"] / index["height"]
    return index[name].astype(np.float64)


def _predicted(values: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Tell labels by one property with a small decision tree, cross-validated.

    Args:
        values: the property, `(n,)`.
        labels: the classes, `(n,)`, each at least `_FOLDS` times.

    Returns:
        Which were told right, bool `(n,)`; the balanced accuracy, 0–1; its standard error were it all guessing.
    """
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.tree import DecisionTreeClassifier

    classes = np.unique(labels)
    tree = DecisionTreeClassifier(
        max_leaf_nodes=max(8, 2 * len(classes)), min_samples_leaf=5, class_weight="balanced", random_state=0
    )
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    right = cross_val_predict(tree, values[:, np.newaxis], labels, cv=folds) == labels
    accuracy = float(np.mean([right[labels == label].mean() for label in classes]))
    chance, inverse = 1 / len(classes), sum(1 / np.count_nonzero(labels == label) for label in classes)
    return right, accuracy, float(np.sqrt(chance * (1 - chance) * inverse)) / len(classes)


def _direction(names: Sequence[str], values: np.ndarray, labels: np.ndarray, terms: Sequence[str]) -> str:
    """Say for which class the property is most unusual, and how: "images of cat are darker: 92 against 131"."""
    pairs = {
        int(label): (float(np.median(values[labels == label])), float(np.median(values[labels != label])))
        for label in np.unique(labels)
    }
    *words, unit = terms
    label = max(pairs, key=lambda each: abs(pairs[each][0] - pairs[each][1]))
    own, others = pairs[label]
    written: Callable[[float], str] = (lambda value: f"{value:,.0f}") if max(own, others) >= 10 else "{:.2f}".format
    among = "" if len(pairs) == 2 else " of the others"
    figures = f"{written(own)} against {written(others)}{unit}{among} (medians)"
    return f"images of {names[label]} are {words[own > others]}: {figures}"
