"""Checks of a dataset: unreadable files, copies, odd images, classes that are small or missing.

Limits on brightness and the like are double: an image must be unusual by an absolute measure and against the rest of
its set, so that drawings on black are not all "very dark".
"""

from collections.abc import Iterator

import numpy as np

from core.datasets.audit import duplicates, leaks
from core.datasets.audit.findings import INFO, PASSED, PROBLEM, WARNING, AuditFinding, of_groups, of_images, ordered
from core.datasets.integrity.verification import damaged_photos
from core.datasets.sources import importing
from core.datasets.store import LABELED_SPLITS, Dataset
from core.storage.progress import Progress, counted

# The key of the finding that `leaks` tells how to mend.
LEAK = "leak"
EXACT, NEAR = "exact-duplicates", "near-duplicates"
COPIES = (LEAK, EXACT, NEAR)
# Gray levels, 0–255, of a whole image, found by looking at the photos and CIFAR-10 images beyond them.
_DARK, _BRIGHT = 40, 205
# An image has nothing in it when its gray levels deviate by less than noise does, or than an eighth of what is usual.
_EMPTY, _EMPTY_SHARE = 4.0, 1 / 8
# The variance of the Laplacian under which photos are commonly called blurred (A. Rosebrock, PyImageSearch, 2015).
_BLURRED = 100
# Twice as wide, or as tall, as the set's images usually are; a quarter of their shorter side.
_ODD_ASPECT, _TINY_SHARE = 2.0, 1 / 4
# The largest class against the smallest where an imbalance begins to be mild (40 %), moderate (20 %) and extreme (1 %):
# Google for Developers, "Machine Learning Crash Course", imbalanced datasets.
_IMBALANCES = ((99, PROBLEM), (4, WARNING), (1.5, INFO))


def unreadable(dataset: Dataset, progress: Progress) -> AuditFinding:
    """Name what the import refused, and find files that are no longer what was accepted then."""
    key, title = "unreadable", "Unreadable files"
    imported = importing.report(dataset)
    refused = imported.refused if imported else ()
    damaged = damaged_photos(dataset, progress) if dataset.about.as_files else []
    parts = []
    if damaged:
        parts.append(
            f"{counted(len(damaged), 'file')} of the dataset changed or vanished since the import. Remove the data "
            f"set and add it again."
        )
    if refused:
        examples = "; ".join(f"{each.file}: {each.sentence}" for each in refused[:3])
        more = "" if len(refused) <= 3 else f" The other {len(refused) - 3:,} are in the import's report."
        parts.append(f"The import refused {counted(len(refused), 'file')}. {examples}{more}")
    if not parts:
        return AuditFinding(key, title, "All files are intact.", PASSED)
    return AuditFinding(key, title, " ".join(parts), PROBLEM if damaged else INFO, tuple(damaged))


def copies(dataset: Dataset, progress: Progress) -> Iterator[AuditFinding]:
    """Find images that are there more than once, and what makes that worse: other splits, other labels."""
    exact = duplicates.exact_pairs(dataset, progress)
    near = duplicates.near_pairs(dataset, np.setdiff1d(np.arange(len(dataset)), exact[:, 1]), progress)
    same = duplicates.groups(exact, len(dataset))
    alike = duplicates.groups(np.concatenate([exact, near]), len(dataset))
    in_near = np.zeros(len(dataset), bool)
    in_near[near] = True
    labels, splits = dataset.labels, dataset.splits
    # What has no class neither trains nor tests.
    labelled = [group[labels[group] >= 0] for group in alike]
    across = [group for group in labelled if len(np.unique(splits[group])) > 1]
    yield of_groups(
        LEAK,
        "Train/test leakage",
        PROBLEM,
        across,
        f"{leaks.FOUND} {leaks.advice(across, splits)}",
        "No image is, exactly or nearly, in two splits.",
    )
    yield of_groups(
        "label-conflict",
        "Conflicting labels",
        PROBLEM,
        [group for group in labelled if len(np.unique(labels[group])) > 1],
        "are the same, exactly or nearly, but have different labels. One of them is wrong, or the image shows "
        "neither: relabel or exclude what trains or validates; test images stay as published.",
        "No image is there, exactly or nearly, with two labels.",
    )
    yield of_groups(
        EXACT,
        "Exact duplicates",
        WARNING,
        same,
        "are exactly the same as another. Those in train count double there: exclude all but one of them.",
        "No image is there twice.",
    )
    if not duplicates.near_can_be_told(dataset):
        sentence = "Skipped: at this resolution, images that look the same are not necessarily copies."
        yield AuditFinding(NEAR, "Near duplicates", sentence, INFO)
        return
    yield of_groups(
        NEAR,
        "Near duplicates",
        INFO,
        [group for group in alike if in_near[group].any()],
        "are near copies of another image (resized, re-encoded, cropped or brightened). Keep one per "
        "group, unless the difference matters to you.",
        "No image is nearly the same as another.",
    )


def divided_groups(dataset: Dataset) -> Iterator[AuditFinding]:
    """Find groups with images in several splits, where it is known which images belong together."""
    if dataset.groups is None:
        return
    members = np.flatnonzero((dataset.groups >= 0) & (dataset.labels >= 0))
    members = members[np.argsort(dataset.groups[members], kind="stable")]
    starts = np.flatnonzero(np.diff(dataset.groups[members])) + 1
    yield of_groups(
        "divided-groups",
        "Groups in several splits",
        WARNING,
        [group for group in np.split(members, starts) if len(np.unique(dataset.splits[group])) > 1],
        f"({dataset.about.groups}) belong together but are in more than one split. Training leaves those in train out, "
        "unless a recipe switches by_group off. To keep them, import again with splits drawn by group.",
        "No group of images is divided among splits.",
    )


def _fences(values: np.ndarray) -> tuple[float, float]:
    """Return below and above what a value is an outlier (J. W. Tukey, "Exploratory Data Analysis", 1977)."""
    low, high = np.quantile(values, (0.25, 0.75))
    return float(low - 1.5 * (high - low)), float(high + 1.5 * (high - low))


def appearance(index: np.ndarray) -> Iterator[AuditFinding]:
    """Find images that are empty, dark, bright or blurred, by the measures of a dataset's index."""
    brightness, contrast, sharpness = (
        index[name].astype(np.float64) for name in ("brightness", "contrast", "sharpness")
    )
    usual = float(np.median(contrast))
    level = max(_EMPTY, _EMPTY_SHARE * usual)
    empty = contrast < level
    yield of_images(
        "almost-empty",
        "Almost blank",
        WARNING,
        ordered(empty, contrast),
        found=(
            f"of almost uniform color (standard deviation of gray levels below {level:.0f}; typical: "
            f"{usual:.0f}). There is nothing to learn from them: exclude the blank ones."
        ),
        passed=f"The gray levels of every image deviate by {level:.0f} or more.",
    )
    low, high = _fences(brightness)
    dark, bright = min(_DARK, low), max(_BRIGHT, high)
    median = f"{np.median(brightness):.0f}"
    yield of_images(
        "dark",
        "Very dark",
        INFO,
        ordered((brightness < dark) & ~empty, brightness),
        found=(
            f"with a mean brightness below {dark:.0f} of 255 (typical: {median}). Exclude those whose "
            "subject you cannot make out."
        ),
        passed=f"No image is far darker than the rest: the darkest has a mean brightness of "
        f"{brightness.min():.0f} of 255, {median} is usual.",
    )
    yield of_images(
        "bright",
        "Very bright",
        INFO,
        ordered((brightness > bright) & ~empty, -brightness),
        found=(
            f"with a mean brightness above {bright:.0f} of 255 (typical: {median}). They may include "
            "overexposed photos, drawings and notices: exclude what does not belong."
        ),
        passed=f"No image is far brighter than the rest: the brightest has a mean brightness of "
        f"{brightness.max():.0f} of 255, {median} is usual.",
    )
    # Against the contrast: what shows a white cat on snow is not blurred for lack of edges.
    edges = np.log(np.sqrt(sharpness) + 1e-3) - np.log(contrast + 1e-3)
    blurred = (sharpness < _BLURRED) & (edges < _fences(edges)[0]) & ~empty
    yield of_images(
        "blurred",
        "Blurred",
        INFO,
        ordered(blurred, edges),
        found=(
            f"with few edges (variance of the Laplacian below {_BLURRED}; typical: "
            f"{np.median(sharpness):,.0f}), even allowing for their contrast. Exclude those whose subject "
            "you cannot make out."
        ),
        passed="No image has far fewer edges than the rest.",
    )


def shapes(index: np.ndarray) -> AuditFinding:
    """Find images far wider, taller or smaller than is usual, by a dataset's index."""
    width, height = index["width"].astype(np.float64), index["height"].astype(np.float64)
    shape, shorter = np.log(width / height), np.minimum(width, height)
    low, high = _fences(shape)
    far = np.abs(shape - np.median(shape))
    odd = (far > np.log(_ODD_ASPECT)) & ((shape < low) | (shape > high))
    tiny = shorter < _TINY_SHARE * np.median(shorter)
    usual = f"{np.median(width):.0f}×{np.median(height):.0f}"
    return of_images(
        "odd-shapes",
        "Odd shapes and sizes",
        WARNING,
        ordered(odd | tiny, -far),
        found=f"with {np.count_nonzero(odd):,} twice as wide or as tall as is usual ({usual}) and "
        f"{np.count_nonzero(tiny):,} with a shorter side under a quarter of it. Resizing distorts or blurs them: crop "
        f"or exclude them.",
        passed=f"Every image is about as wide and tall as is usual ({usual}).",
    )


def imbalance(dataset: Dataset) -> AuditFinding:
    """Compare the largest class with the smallest."""
    key, title = "imbalance", "Class imbalance"
    names, counts = dataset.about.class_names, dataset.counts.sum(axis=1)
    if len(names) < 2:
        return AuditFinding(
            key,
            title,
            f"There is one class only, {names[0]}. A network needs two or more to tell apart: add images of another.",
            PROBLEM,
        )
    most, least = int(counts.argmax()), int(counts.argmin())
    ratio = counts[most] / max(counts[least], 1)
    severity = next((severity for limit, severity in _IMBALANCES if ratio >= limit), PASSED)
    sizes = f"{names[most]} has {counted(counts[most], 'image')}, {names[least]} {counts[least]:,}"
    if severity == PASSED:
        return AuditFinding(key, title, f"The classes are of about the same size: {sizes}.", PASSED)
    sentence = (
        f"{sizes}: {ratio:,.1f} times as many. Always predicting {names[most]} would be "
        f"{counts[most] / counts.sum():.0%} accurate. Check per-class recall, and add images to the "
        "small classes."
    )
    return AuditFinding(key, title, sentence, severity, tuple(map(int, dataset.select(label=least))))


def missing(dataset: Dataset) -> AuditFinding:
    """Find what training never sees, or the test never asks for."""
    key, title = "missing-from-split", "Classes missing from a split"
    in_split = dict(zip(LABELED_SPLITS, dataset.counts.T, strict=True))
    parts = []
    for split in ("train", "test"):
        if not in_split[split].any():
            parts.append(f"The {split} split is empty.")
    for split, counts in in_split.items():
        absent = np.flatnonzero(counts == 0)
        if counts.any() and len(absent):
            names = ", ".join(dataset.about.class_names[label] for label in absent[:5])
            more = f" and {len(absent) - 5:,} more" if len(absent) > 5 else ""
            parts.append(f"The {split} split has no image of {names}{more}.")
    if not parts:
        return AuditFinding(key, title, "Every class has images in every split.", PASSED)
    what = (
        "A class missing from train cannot be learned; one missing from test cannot be measured. Import "
        "again with a different split."
    )
    return AuditFinding(key, title, f"{' '.join(parts)} {what}", PROBLEM)
