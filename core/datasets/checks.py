"""Checks of a data set: unreadable files, copies, odd pictures, classes that are small or missing.

Limits on brightness and the like are double: a picture must be unusual by an absolute measure and against the rest of
its set, so that drawings on black are not all "very dark".
"""

import hashlib
from collections.abc import Iterator

import numpy as np

from core.datasets import duplicates, importing
from core.datasets.findings import INFO, PASSED, PROBLEM, WARNING, Finding, counted, of_groups, of_pictures, ordered
from core.datasets.store import SPLITS, Dataset
from core.datasets.threads import mapped
from core.progress import Progress

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


def unreadable(dataset: Dataset, progress: Progress) -> Finding:
    """Name what the import refused, and find files that are no longer what was accepted then."""
    key, title = "unreadable", "Unreadable files"
    imported = importing.report(dataset)
    refused = imported.refused if imported else ()
    damaged = _damaged(dataset, progress) if dataset.about.as_files else []
    parts = []
    if damaged:
        parts.append(
            f"{counted(len(damaged), 'file')} of the data set changed or vanished since the import. Remove the data "
            f"set and add it again."
        )
    if refused:
        examples = "; ".join(f"{each.file}: {each.sentence}" for each in refused[:3])
        more = "" if len(refused) <= 3 else f" The other {len(refused) - 3:,} are in the import's report."
        parts.append(f"The import refused {counted(len(refused), 'file')}. {examples}{more}")
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


def copies(dataset: Dataset, progress: Progress) -> Iterator[Finding]:
    """Find pictures that are there more than once, and what makes that worse: other splits, other labels."""
    exact = duplicates.exact_pairs(dataset, progress)
    near = duplicates.near_pairs(dataset, np.setdiff1d(np.arange(len(dataset)), exact[:, 1]), progress)
    same = duplicates.groups(exact, len(dataset))
    alike = duplicates.groups(np.concatenate([exact, near]), len(dataset))
    in_near = np.zeros(len(dataset), bool)
    in_near[near] = True
    labels, splits = dataset.labels, dataset.splits
    yield of_groups(
        "leak",
        "The same picture in two splits",
        PROBLEM,
        [group for group in alike if len(np.unique(splits[group])) > 1],
        "are in more than one split, exactly or nearly the same. A network is then tested on what it has learnt by "
        "heart, and looks better than it is. Exclude the copies in one of the splits.",
        "No picture is, exactly or nearly, in two splits.",
    )
    yield of_groups(
        "label-conflict",
        "The same picture with different labels",
        PROBLEM,
        [group for group in alike if len(np.unique(labels[group])) > 1],
        "are the same, exactly or nearly, but have different labels. One of them is wrong, or the picture shows "
        "neither: relabel or exclude.",
        "No picture is there, exactly or nearly, with two labels.",
    )
    yield of_groups(
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
    yield of_groups(
        "near-duplicates",
        "Near duplicates",
        INFO,
        [group for group in alike if in_near[group].any()],
        "are nearly the same as another: resized, encoded again, cropped or brightened. Keep one of each group, unless "
        "they differ in what you care about.",
        "No picture is nearly the same as another.",
    )


def _fences(values: np.ndarray) -> tuple[float, float]:
    """Return below and above what a value is an outlier (J. W. Tukey, "Exploratory Data Analysis", 1977)."""
    low, high = np.quantile(values, (0.25, 0.75))
    return float(low - 1.5 * (high - low)), float(high + 1.5 * (high - low))


def appearance(index: np.ndarray) -> Iterator[Finding]:
    """Find pictures that are empty, dark, bright or blurred, by the measures of a data set's index."""
    brightness, contrast, sharpness = (
        index[name].astype(np.float64) for name in ("brightness", "contrast", "sharpness")
    )
    usual = float(np.median(contrast))
    level = max(_EMPTY, _EMPTY_SHARE * usual)
    empty = contrast < level
    yield of_pictures(
        "almost-empty",
        "Almost empty",
        WARNING,
        ordered(empty, contrast),
        found=f"of nearly one colour: their gray levels deviate by less than {level:.0f}, where {usual:.0f} is usual. "
        f"A network can learn nothing from them: exclude those that show nothing.",
        passed=f"The gray levels of every picture deviate by {level:.0f} or more.",
    )
    low, high = _fences(brightness)
    dark, bright = min(_DARK, low), max(_BRIGHT, high)
    median = f"{np.median(brightness):.0f}"
    yield of_pictures(
        "dark",
        "Very dark",
        INFO,
        ordered((brightness < dark) & ~empty, brightness),
        found=f"with a mean brightness under {dark:.0f} of 255, where {median} is usual. Look whether one can still "
        f"see what they show, and exclude the others.",
        passed=f"No picture is far darker than the rest: the darkest has a mean brightness of "
        f"{brightness.min():.0f} of 255, {median} is usual.",
    )
    yield of_pictures(
        "bright",
        "Very bright",
        INFO,
        ordered((brightness > bright) & ~empty, -brightness),
        found=f"with a mean brightness over {bright:.0f} of 255, where {median} is usual. Among them may be "
        f"overexposed photos, drawings and notices: exclude what does not belong.",
        passed=f"No picture is far brighter than the rest: the brightest has a mean brightness of "
        f"{brightness.max():.0f} of 255, {median} is usual.",
    )
    # Against the contrast: what shows a white cat on snow is not blurred for lack of edges.
    edges = np.log(np.sqrt(sharpness) + 1e-3) - np.log(contrast + 1e-3)
    blurred = (sharpness < _BLURRED) & (edges < _fences(edges)[0]) & ~empty
    yield of_pictures(
        "blurred",
        "Blurred",
        INFO,
        ordered(blurred, edges),
        found=f"with hardly an edge: a sharpness (variance of the Laplacian) under {_BLURRED}, where "
        f"{np.median(sharpness):,.0f} is usual, and little of it for their contrast. Look whether what they show can "
        f"still be told.",
        passed="No picture has far fewer edges than the rest.",
    )


def shapes(index: np.ndarray) -> Finding:
    """Find pictures far wider, taller or smaller than is usual, by a data set's index."""
    width, height = index["width"].astype(np.float64), index["height"].astype(np.float64)
    shape, shorter = np.log(width / height), np.minimum(width, height)
    low, high = _fences(shape)
    far = np.abs(shape - np.median(shape))
    odd = (far > np.log(_ODD_ASPECT)) & ((shape < low) | (shape > high))
    tiny = shorter < _TINY_SHARE * np.median(shorter)
    usual = f"{np.median(width):.0f}×{np.median(height):.0f}"
    return of_pictures(
        "odd-shapes",
        "Odd shapes and sizes",
        WARNING,
        ordered(odd | tiny, -far),
        found=f"with {np.count_nonzero(odd):,} twice as wide or as tall as is usual ({usual}) and "
        f"{np.count_nonzero(tiny):,} with a shorter side under a quarter of it. Resizing distorts or blurs them: crop "
        f"or exclude them.",
        passed=f"Every picture is about as wide and tall as is usual ({usual}).",
    )


def imbalance(dataset: Dataset) -> Finding:
    """Compare the largest class with the smallest."""
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
    sizes = f"{names[most]} has {counted(counts[most], 'picture')}, {names[least]} {counts[least]:,}"
    if severity == PASSED:
        return Finding(key, title, f"The classes are of about the same size: {sizes}.", PASSED)
    sentence = (
        f"{sizes}: {ratio:,.1f} times as many. Always answering {names[most]} would be right for "
        f"{counts[most] / counts.sum():.0%} of all pictures. Judge by the accuracy of each class, and add pictures of "
        f"the small ones."
    )
    return Finding(key, title, sentence, severity, tuple(map(int, dataset.select(label=least))))


def missing(dataset: Dataset) -> Finding:
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
