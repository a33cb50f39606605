"""What may be wrong with a data set: each check with what it found, in words and as the pictures concerned.

An audit is kept beside the data set as `audit.json`. Limits on brightness and the like are double: a picture must be
unusual by an absolute measure and against the rest of its set, so that drawings on black are not all "very dark".
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np

from core import home
from core.datasets import catalogue, duplicates, importing
from core.datasets.store import SPLITS, Dataset
from core.datasets.threads import mapped
from core.errors import storing
from core.progress import Progress, quiet

PROBLEM, WARNING, INFO, PASSED = "problem", "warning", "info", "passed"
SEVERITIES = (PROBLEM, WARNING, INFO, PASSED)

# Gray levels, 0–255, of a whole picture, found by looking at the photos and CIFAR-10 pictures beyond them.
_DARK, _BRIGHT = 40, 205
# A picture has nothing in it when its gray levels deviate by less than noise does, or than an eighth of what is usual.
_EMPTY, _EMPTY_SHARE = 4.0, 1 / 8
# The variance of the Laplacian under which photos are commonly called blurred (A. Rosebrock, PyImageSearch, 2015).
_BLURRED = 100
# Twice as wide, or as tall, as the set's pictures usually are; a quarter of their shorter side.
_ODD_ASPECT, _TINY_SHARE = 2.0, 1 / 4
# The largest class against the smallest where an imbalance begins to be mild (40 %), moderate (20 %) and extreme (1 %):
# Google for Developers, "Machine Learning Crash Course", imbalanced datasets.
_IMBALANCES = ((99, PROBLEM), (4, WARNING), (1.5, INFO))
# How much of the way from guessing to perfection one property must lead.
_TELLING = ((0.5, PROBLEM), (0.2, WARNING))
_FOLDS, _STANDARD_ERRORS = 5, 3
# For each property: what it is called, what pictures with less and with more of it are, and its unit.
_PROPERTIES = {
    "brightness": ("brightness", "darker", "brighter", ""),
    "contrast": ("contrast", "flatter", "richer in contrast", ""),
    "sharpness": ("sharpness", "less sharp", "sharper", ""),
    "width": ("width", "narrower", "wider", " px"),
    "height": ("height", "less tall", "taller", " px"),
    "aspect": ("shape", "narrower for their height", "wider for their height", ""),
    "bytes": ("file size", "in smaller files", "in larger files", " bytes"),
}


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        key: a stable word, such as `leak`, that can stand in an address.
        title: what was looked for.
        sentence: what was found, with its numbers, and what to do.
        severity: one of `SEVERITIES`; `PASSED` where there is nothing to report.
        ids: the indices of the pictures concerned, the clearest case first, or group by group; may be empty.
        groups: the pictures that belong together, such as a picture and its copies.
    """

    key: str
    title: str
    sentence: str
    severity: str
    ids: tuple[int, ...] = ()
    groups: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class Audit:
    """All findings on a data set, the gravest first.

    Attributes:
        content_hash: of the data set that was looked at.
        created: when, in seconds since 1970.
        findings: one a check.
    """

    content_hash: str
    created: float
    findings: tuple[Finding, ...]

    def finding(self, key: str) -> Finding | None:
        """Return the finding of a key; `None` where there is none."""
        return next((each for each in self.findings if each.key == key), None)


def audit(dataset: Dataset, progress: Progress = quiet) -> Audit:
    """Look for everything that may be wrong with a data set, and keep what was found beside it.

    Raises:
        DatasetError: the data set is damaged.
        StorageError: the disk is full or may not be written.
        Cancelled: the user cancelled.
    """
    found = [
        _unreadable(dataset, progress),
        *_duplicates(dataset, progress),
        *_appearance(dataset.index),
        _shapes(dataset.index),
        _imbalance(dataset),
        _missing(dataset),
        *_told_by_a_property(dataset, progress),
    ]
    found.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    made = Audit(dataset.about.content_hash, time.time(), tuple(found))
    with storing(f"the audit of {dataset.about.name}"):
        home.replace_text(dataset.folder / "audit.json", json.dumps(asdict(made)))
    return made


def load(dataset: Dataset) -> Audit | None:
    """Return the audit kept beside a data set; `None` where there is none, it is torn, or the content was another."""
    try:
        data = json.loads((dataset.folder / "audit.json").read_text(encoding="utf-8"))
        findings = tuple(_finding(each) for each in data["findings"])
        kept = Audit(data["content_hash"], float(data["created"]), findings)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return kept if kept.content_hash == dataset.about.content_hash else None


def _finding(data: dict[str, Any]) -> Finding:
    groups = tuple(tuple(group) for group in data["groups"])
    return Finding(**{**data, "ids": tuple(data["ids"]), "groups": groups})


def run(name: str, progress: Progress) -> dict[str, Any]:
    """Audit a data set as a job; return how many findings there are of each severity."""
    made = audit(catalogue.open_dataset(name), progress)
    severities = [finding.severity for finding in made.findings]
    return {severity: severities.count(severity) for severity in SEVERITIES}


def report(made: Audit) -> str:
    """Return an audit as text: a paragraph a finding, and a line of the checks passed."""
    lines = [f"Audited {datetime.fromtimestamp(made.created):%Y-%m-%d %H:%M}."]
    for finding in made.findings:
        if finding.severity != PASSED:
            count = f" ({_counted(len(finding.ids), 'picture')})" if finding.ids else ""
            lines.append(f"{finding.severity.upper()}: {finding.title}{count}. {finding.sentence}")
    passed = [finding.title for finding in made.findings if finding.severity == PASSED]
    return "\n".join([*lines, f"Checked, and nothing found: {'; '.join(passed)}."])


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _check(
    key: str,
    title: str,
    severity: str,
    ids: Sequence[int] | np.ndarray,
    *,
    found: str,
    passed: str,
) -> Finding:
    """Return the finding of a check that concerns pictures; `found` follows their number."""
    if not len(ids):
        return Finding(key, title, passed, PASSED)
    return Finding(key, title, f"{_counted(len(ids), 'picture')} {found}", severity, tuple(map(int, ids)))


def _unreadable(dataset: Dataset, progress: Progress) -> Finding:
    """Name what the import refused, and find files that are no longer what was accepted then."""
    key, title = "unreadable", "Unreadable files"
    imported = importing.report(dataset)
    refused = imported.refused if imported else ()
    damaged = _damaged(dataset, progress) if dataset.about.as_files else []
    parts = []
    if damaged:
        parts.append(
            f"{_counted(len(damaged), 'file')} of the data set changed or vanished since the import. Remove the data "
            f"set and add it again."
        )
    if refused:
        examples = "; ".join(f"{each.file}: {each.sentence}" for each in refused[:3])
        more = "" if len(refused) <= 3 else f" The other {len(refused) - 3:,} are in the import's report."
        parts.append(f"The import refused {_counted(len(refused), 'file')}. {examples}{more}")
    if not parts:
        return Finding(key, title, "Every file is still what was accepted when it came in.", PASSED)
    return Finding(key, title, " ".join(parts), PROBLEM if damaged else INFO, tuple(damaged))


def _damaged(dataset: Dataset, progress: Progress) -> list[int]:
    """Return the pictures whose file is gone or has other bytes; the same bytes were decoded in full at the import."""
    expected = dataset.index["sha256"]

    def whole(index: int) -> bool:
        try:
            return hashlib.sha256(dataset.file(index).read_bytes()).hexdigest().encode() == bytes(expected[index])
        except OSError:
            return False

    damaged = []
    for index, fine in enumerate(mapped(whole, range(len(dataset)))):
        if not fine:
            damaged.append(index)
        progress("checking the files", index + 1, len(dataset), "pictures")
    return damaged


def _duplicates(dataset: Dataset, progress: Progress) -> Iterator[Finding]:
    exact = duplicates.exact_pairs(dataset, progress)
    near = duplicates.near_pairs(dataset, np.setdiff1d(np.arange(len(dataset)), exact[:, 1]), progress)
    same = duplicates.groups(exact, len(dataset))
    alike = duplicates.groups(np.concatenate([exact, near]), len(dataset))
    in_near = np.zeros(len(dataset), bool)
    in_near[near] = True
    labels, splits = dataset.labels, dataset.splits
    yield _grouped(
        "leak",
        "The same picture in two splits",
        PROBLEM,
        [group for group in alike if len(np.unique(splits[group])) > 1],
        "are in more than one split, exactly or nearly the same. A network is then tested on what it has learnt by "
        "heart, and looks better than it is. Exclude the copies in one of the splits.",
        "No picture is, exactly or nearly, in two splits.",
    )
    yield _grouped(
        "label-conflict",
        "The same picture with different labels",
        PROBLEM,
        [group for group in alike if len(np.unique(labels[group])) > 1],
        "are the same, exactly or nearly, but have different labels. One of them is wrong, or the picture shows "
        "neither: relabel or exclude.",
        "No picture is there, exactly or nearly, with two labels.",
    )
    yield _grouped(
        "exact-duplicates",
        "Exact duplicates",
        WARNING,
        same,
        "are exactly the same as another. They count double in training: exclude all but one of each group.",
        "No picture is there twice.",
    )
    if not duplicates.near_can_be_told(dataset):
        sentence = "Not looked for: of so few pixels, pictures that look the same need not be copies."
        yield Finding("near-duplicates", "Near duplicates", sentence, INFO)
        return
    yield _grouped(
        "near-duplicates",
        "Near duplicates",
        INFO,
        [group for group in alike if in_near[group].any()],
        "are nearly the same as another: resized, encoded again, cropped or brightened. Keep one of each group, unless "
        "they differ in what you care about.",
        "No picture is nearly the same as another.",
    )


def _grouped(key: str, title: str, severity: str, groups: Sequence[np.ndarray], found: str, passed: str) -> Finding:
    if not groups:
        return Finding(key, title, passed, PASSED)
    ids = tuple(int(each) for each in np.concatenate(groups))
    sentence = f"{len(ids):,} pictures in {_counted(len(groups), 'group')} {found}"
    return Finding(key, title, sentence, severity, ids, tuple(tuple(map(int, group)) for group in groups))


def _fences(values: np.ndarray) -> tuple[float, float]:
    """Return below and above what a value is an outlier (J. W. Tukey, "Exploratory Data Analysis", 1977)."""
    low, high = np.quantile(values, (0.25, 0.75))
    return float(low - 1.5 * (high - low)), float(high + 1.5 * (high - low))


def _appearance(index: np.ndarray) -> Iterator[Finding]:
    brightness, contrast, sharpness = (
        index[name].astype(np.float64) for name in ("brightness", "contrast", "sharpness")
    )
    usual = float(np.median(contrast))
    level = max(_EMPTY, _EMPTY_SHARE * usual)
    empty = contrast < level
    yield _check(
        "almost-empty",
        "Almost empty",
        WARNING,
        _first(empty, contrast),
        found=f"of nearly one colour: their gray levels deviate by less than {level:.0f}, where {usual:.0f} is usual. "
        f"A network can learn nothing from them: exclude those that show nothing.",
        passed=f"The gray levels of every picture deviate by {level:.0f} or more.",
    )
    low, high = _fences(brightness)
    dark, bright = min(_DARK, low), max(_BRIGHT, high)
    median = f"{np.median(brightness):.0f}"
    yield _check(
        "dark",
        "Very dark",
        INFO,
        _first((brightness < dark) & ~empty, brightness),
        found=f"with a mean brightness under {dark:.0f} of 255, where {median} is usual. Look whether one can still "
        f"see what they show, and exclude the others.",
        passed=f"No picture is far darker than the rest: the darkest has a mean brightness of "
        f"{brightness.min():.0f} of 255, {median} is usual.",
    )
    yield _check(
        "bright",
        "Very bright",
        INFO,
        _first((brightness > bright) & ~empty, -brightness),
        found=f"with a mean brightness over {bright:.0f} of 255, where {median} is usual. Among them may be "
        f"overexposed photos, drawings and notices: exclude what does not belong.",
        passed=f"No picture is far brighter than the rest: the brightest has a mean brightness of "
        f"{brightness.max():.0f} of 255, {median} is usual.",
    )
    # Against the contrast: what shows a white cat on snow is not blurred for lack of edges.
    edges = np.log(np.sqrt(sharpness) + 1e-3) - np.log(contrast + 1e-3)
    blurred = (sharpness < _BLURRED) & (edges < _fences(edges)[0]) & ~empty
    yield _check(
        "blurred",
        "Blurred",
        INFO,
        _first(blurred, edges),
        found=f"with hardly an edge: a sharpness (variance of the Laplacian) under {_BLURRED}, where "
        f"{np.median(sharpness):,.0f} is usual, and little of it for their contrast. Look whether what they show can "
        f"still be told.",
        passed="No picture has far fewer edges than the rest.",
    )


def _first(chosen: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Return the indices where `chosen`, those with the smallest `order` first."""
    indices = np.flatnonzero(chosen)
    return indices[np.argsort(order[indices], kind="stable")]


def _shapes(index: np.ndarray) -> Finding:
    width, height = index["width"].astype(np.float64), index["height"].astype(np.float64)
    shape, shorter = np.log(width / height), np.minimum(width, height)
    low, high = _fences(shape)
    far = np.abs(shape - np.median(shape))
    odd = (far > np.log(_ODD_ASPECT)) & ((shape < low) | (shape > high))
    tiny = shorter < _TINY_SHARE * np.median(shorter)
    usual = f"{np.median(width):.0f}×{np.median(height):.0f}"
    return _check(
        "odd-shapes",
        "Odd shapes and sizes",
        WARNING,
        _first(odd | tiny, -far),
        found=f"with {np.count_nonzero(odd):,} twice as wide or as tall as is usual ({usual}) and "
        f"{np.count_nonzero(tiny):,} with a shorter side under a quarter of it. Resizing distorts or blurs them: crop "
        f"or exclude them.",
        passed=f"Every picture is about as wide and tall as is usual ({usual}).",
    )


def _imbalance(dataset: Dataset) -> Finding:
    key, title = "imbalance", "Class imbalance"
    names, counts = dataset.about.class_names, dataset.counts.sum(axis=1)
    if len(names) < 2:
        return Finding(
            key,
            title,
            f"There is one class only, {names[0]}. A network needs two or more to tell apart: add pictures of another.",
            PROBLEM,
        )
    most, least = int(counts.argmax()), int(counts.argmin())
    ratio = counts[most] / max(counts[least], 1)
    severity = next((severity for limit, severity in _IMBALANCES if ratio >= limit), PASSED)
    sizes = f"{names[most]} has {_counted(counts[most], 'picture')}, {names[least]} {counts[least]:,}"
    if severity == PASSED:
        return Finding(key, title, f"The classes are of about the same size: {sizes}.", PASSED)
    sentence = (
        f"{sizes}: {ratio:,.1f} times as many. Always answering {names[most]} would be right for "
        f"{counts[most] / counts.sum():.0%} of all pictures. Judge by the accuracy of each class, and add pictures of "
        f"the small ones."
    )
    return Finding(key, title, sentence, severity, tuple(map(int, dataset.select(label=least))))


def _missing(dataset: Dataset) -> Finding:
    """Find what training never sees, or the test never asks for."""
    key, title = "missing-from-split", "Classes missing from a split"
    in_split = dict(zip(SPLITS, dataset.counts.T, strict=True))
    parts = []
    for split in ("train", "test"):
        if not in_split[split].any():
            parts.append(f"The {split} split is empty.")
    for split, counts in in_split.items():
        absent = np.flatnonzero(counts == 0)
        if counts.any() and len(absent):
            names = ", ".join(dataset.about.class_names[label] for label in absent[:5])
            more = f" and {len(absent) - 5:,} more" if len(absent) > 5 else ""
            parts.append(f"The {split} split has no picture of {names}{more}.")
    if not parts:
        return Finding(key, title, "Every class has pictures in every split.", PASSED)
    what = "What is not in train cannot be learnt, what is not in test is not measured: import again with other splits."
    return Finding(key, title, f"{' '.join(parts)} {what}", PROBLEM)


def _told_by_a_property(dataset: Dataset, progress: Progress) -> Iterator[Finding]:
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
        yield Finding(
            f"told-by-{name}",
            f"The label is told by {called}",
            f"By {called} alone, {accuracy:.0%} are told right (mean of the classes, cross-validated), where guessing "
            f"gets {chance:.0%}: {_direction(dataset.about.class_names, values, labels, terms)}. A network may learn "
            f"this instead of what the pictures show: make sure that it holds for the pictures you will use it on.",
            severity,
            tuple(map(int, among[_first(right, values)])),
        )
    if not told:
        figure = f" The best, {best[0]}, tells {best[1]:.0%} right, guessing {chance:.0%}." if best[0] else ""
        sentence = f"No property such as brightness, size or shape tells the class well by itself.{figure}"
        yield Finding("told-by-property", "The label is told by a trivial property", sentence, PASSED)


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
    """Say for which class the property is most unusual, and how: "pictures of cat are darker: 92 against 131"."""
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
    return f"pictures of {names[label]} are {words[own > others]}: {figures}"
