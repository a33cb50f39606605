"""Whether labels fit what images show, before any training: how well a simple model predicts them, and where it cannot.

Beside that, which images are unlike all others, and which are the same photo again.

The model is logistic regression on what a pretrained network makes of the images, cross-validated: each image is
judged by one that was fitted without it. With 3% of the labels of cats and dogs flipped, 93% of these are among as
many images, the most suspicious (`bench/label_errors.py --features`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.cluster import start as cluster
from core.datasets.audit import duplicates
from core.datasets.audit.findings import INFO, PASSED, WARNING, AuditFinding, of_groups, of_images
from core.datasets.cache import keep, load_or_compute
from core.datasets.features import outliers, same_photo
from core.datasets.store import Dataset, DatasetError
from core.evaluation import label_errors
from core.evaluation.intervals import wilson_interval
from core.evaluation.label_errors import FEWEST, LabelErrors
from core.storage import jobs
from core.storage.checked import Array
from core.storage.jobs import Job
from core.storage.progress import Progress, counted, quiet
from core.training import features

ERRORS, ALIKE, OUTLIERS, AGAIN = "label-errors", "classes-alike", "unlike-others", "same-photo"
KEYS = (ERRORS, ALIKE, OUTLIERS, AGAIN)
_NAME = "label-check"
# So many principal components find as many flipped labels as all 1,280 numbers do, in a fifth of the time and memory;
# which they are, so many images tell.
_COMPONENTS, _ENOUGH_IMAGES, _AT_ONCE = 256, 10_000, 2048
# The share of two classes' images that are taken for the other, where guessing gets a half.
_HARD, _HARDLY_TOLD = 0.1, 0.25
_MOST_NAMED = 3
# In a second on 2 cores, of CIFAR-10 and of MNIST: images times classes that are fitted, and images that are compared.
_FITTED_RATE, _COMPARED_RATE = 15_000, 10_000


@dataclass(frozen=True, eq=False)
class LabelCheck:
    """What was found.

    Attributes:
        errors: the images judged, the one whose label is most implausible first.
        predicted: the class that each of them was taken for, int64 `(n,)`, in the same order.
        outliers: the images that are unlike all others, int64 `(m,)`, the least alike first.
        again: pairs of images that are the same photo, int64 `(p, 2)`.
    """

    errors: LabelErrors
    predicted: np.ndarray
    outliers: np.ndarray
    again: np.ndarray

    @property
    def accuracy(self) -> float:
        """The share of images that are taken for what they are labelled, 0–1."""
        return float(np.mean(self.predicted == self.errors.labels))

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of that."""
        return wilson_interval(int(np.count_nonzero(self.predicted == self.errors.labels)), len(self.predicted))

    @property
    def guessing(self) -> float:
        """The share of the largest class, 0–1."""
        return float(np.bincount(self.errors.labels).max() / len(self.predicted))


def load(dataset: Dataset) -> LabelCheck | None:
    """Return what was found and kept beside a dataset; `None` where that has yet to be done."""
    a_class = Array(np.int64, ("n",), low=0, high=len(dataset.about.class_names) - 1)
    wanted = {
        "ids": Array(np.int64, ("n",), low=0, high=len(dataset) - 1),
        "likely": a_class,
        "predicted": a_class,
        "plausibility": Array(np.float64, ("n",), low=0, finite=True),
        "found": Array(np.int64, (), low=0, high="n"),
        "outliers": Array(np.int64, ("m",), low=0, high=len(dataset) - 1),
        "again": Array(np.int64, ("p", 2), low=0, high=len(dataset) - 1),
    }
    kept = load_or_compute(dataset, _NAME, wanted)
    if kept is None or not len(kept["ids"]):
        return None
    ids = kept["ids"]
    errors = LabelErrors(ids, dataset.labels[ids], kept["likely"], kept["plausibility"], int(kept["found"]))
    return LabelCheck(errors, kept["predicted"], kept["outliers"], kept["again"])


def check(dataset: Dataset, known: np.ndarray, progress: Progress = quiet) -> LabelCheck:
    """Judge the labels of a dataset, and keep what was found beside it.

    Args:
        dataset: whose labels.
        known: the features of its images, float16 `(n, d)`.
        progress: told which part is done.

    Raises:
        DatasetError: there are too few images.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    labels = np.array(dataset.labels, np.int64)
    ids = np.flatnonzero((labels >= 0) & (np.bincount(labels[labels >= 0])[labels] >= FEWEST))
    if len(np.unique(labels[ids])) < 2:
        raise DatasetError(
            f"The labels of {dataset.about.title} cannot be checked: at least two classes with {FEWEST} images each "
            "are needed."
        )
    progress("finding the principal components", 0, 0, "")
    vectors = components(known)
    unlike = outliers.find(vectors, progress)
    again = same_photo.find(dataset, vectors, progress)
    probabilities = label_errors.cross_validated(vectors[ids], labels[ids], progress, of_length_1=True)
    errors = label_errors.find(ids, labels[ids], probabilities)
    predicted = probabilities.argmax(axis=1)[np.searchsorted(ids, errors.ids)]
    arrays = {
        "ids": errors.ids,
        "likely": errors.likely,
        "predicted": predicted,
        "plausibility": errors.plausibility,
        "found": np.array(errors.found),
        "outliers": unlike,
        "again": again,
    }
    keep(dataset, _NAME, arrays)
    return LabelCheck(errors, predicted, unlike, again)


def components(known: np.ndarray) -> np.ndarray:
    """Return features, float16 `(n, d)`, scaled to length 1, along their main directions, float32 `(n, k)`."""
    count, numbers = known.shape
    some = features.unit(known[np.sort(np.random.default_rng(0).permutation(count)[:_ENOUGH_IMAGES])])
    directions = np.linalg.eigh(some.T @ some)[1][:, ::-1][:, : min(_COMPONENTS, numbers)]
    parts = (known[begin : begin + _AT_ONCE] for begin in range(0, count, _AT_ONCE))
    return np.concatenate([features.unit(part) @ directions for part in parts])


def findings(dataset: Dataset, found: LabelCheck) -> Iterator[AuditFinding]:
    """Yield what was found as an audit tells it: likely label errors, classes alike, outliers, photos there again."""
    errors = found.errors
    yield of_images(
        ERRORS,
        "Possible label errors",
        INFO,
        errors.ids[: errors.found],
        found="look more like another class than like their own, which is less than half as probable; the most "
        f"suspicious come first. Either the label is wrong, or the model, which gets {found.accuracy:.1%} right. Open "
        "them to relabel (L), exclude (X) or keep (K) them.",
        passed="No image looks more like another class than like its own.",
    )
    yield _alike(dataset, found)
    yield of_images(
        OUTLIERS,
        "Images unlike all others",
        INFO,
        found.outliers,
        found="show little of what any other image shows, the least alike first. Look whether they belong here.",
        passed="Every image has others that show the like.",
    )
    yield of_groups(
        AGAIN,
        "The same photo again",
        INFO,
        duplicates.groups(found.again, len(dataset)),
        "are the same photo as another, perhaps mirrored, cropped by up to a third, or in other colors. Keep one of "
        "each group, unless the difference matters to you.",
        "No photo is there again, be it mirrored, cropped by up to a third, or in other colors.",
    )


def _alike(dataset: Dataset, found: LabelCheck) -> AuditFinding:
    title, names = "Classes that are hard to tell apart", dataset.about.class_names
    labels, predicted = np.array(found.errors.labels, np.int64), found.predicted
    count = len(names)
    taken = np.bincount(labels * count + predicted, minlength=count * count).reshape(count, count)
    sizes = taken.sum(axis=1)
    shares = (taken + taken.T) / np.maximum(sizes[:, None] + sizes, 1)
    first, second = np.nonzero(np.triu(shares >= _HARD, 1))
    order = np.argsort(-shares[first, second], kind="stable")
    pairs = [(int(first[each]), int(second[each])) for each in order]
    if not pairs:
        return AuditFinding(ALIKE, title, f"No two classes share {_HARD:.0%} of their images.", PASSED)
    said = "; ".join(
        f"{names[one]} and {names[other]}: {shares[one, other]:.0%} of their images are predicted as the other"
        for one, other in pairs[:_MOST_NAMED]
    )
    more = f"; and {counted(len(pairs) - _MOST_NAMED, 'more pair')}" if len(pairs) > _MOST_NAMED else ""
    ids = [
        found.errors.ids[((labels == one) & (predicted == other)) | ((labels == other) & (predicted == one))]
        for one, other in pairs
    ]
    return AuditFinding(
        ALIKE,
        title,
        f"{said}{more}. Look whether the images show the difference, or the classes are better joined.",
        WARNING if shares[pairs[0]] >= _HARDLY_TOLD else INFO,
        tuple(map(int, np.concatenate(ids))),
    )


def finding(dataset: Dataset, key: str) -> AuditFinding | None:
    """Return the finding of a key, as of `findings`; `None` where the labels have yet to be checked."""
    found = load(dataset) if key in KEYS else None
    return next((each for each in findings(dataset, found) if each.key == key), None) if found else None


def summary(found: LabelCheck) -> str:
    """Say how well the labels can be predicted."""
    low, high = found.interval
    return (
        f"A simple model gets {found.accuracy:.1%} of the labels right (95% interval {low:.1%} to {high:.1%}); "
        f"guessing the largest class gets {found.guessing:.1%}. It is logistic regression on a pretrained network's "
        "features, asked about images that it did not learn from. Training a network should do no worse."
    )


def report(dataset: Dataset, found: LabelCheck, most: int) -> str:
    """Return what was found as text: a paragraph a finding, and so many of the possible label errors."""
    names, errors = dataset.about.class_names, found.errors
    lines = [summary(found)]
    lines += [f"{each.severity.upper()}: {each.title}. {each.sentence}" for each in findings(dataset, found)]
    for place in range(min(most, errors.found)):
        index = int(errors.ids[place])
        called = dataset.names[index] if dataset.names else f"image {index}"
        lines.append(f"  {called}: labeled {names[errors.labels[place]]}, more likely {names[errors.likely[place]]}")
    if errors.found > most:
        lines.append(f"  … and {errors.found - most:,} more, on the page Browse, Audit")
    return "\n".join(lines)


def usual_seconds(dataset: Dataset) -> float:
    """Return about how long a check takes, on 2 cores."""
    looking = features.usual_seconds(dataset) if features.known(dataset) is None else 0
    return looking + len(dataset) * (len(dataset.about.class_names) / _FITTED_RATE + 1 / _COMPARED_RATE)


def start(name: str) -> Job:
    """Start the job that checks the labels of a dataset, or return the one that is going on.

    Raises:
        ClusterError: there is a cluster, and it cannot do it.
        StorageError: the disk is full or may not be written.
    """
    begin = cluster.begin(features.MEMORY_BYTES)
    return jobs.start(job_key(name), "core.nn.inference.dataset_features:check_labels", {"name": name}, begin)


def job_key(name: str) -> str:
    """Return the key of that job."""
    return f"labels-of-{name}"
