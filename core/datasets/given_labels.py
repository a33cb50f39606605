"""A dataset that came without any label, divided by the labels that people gave: some train, validate and test."""

import math
from dataclasses import dataclass

import numpy as np

from core.datasets.decisions import Decided
from core.datasets.grouped import grouped
from core.datasets.store import SPLITS, UNLABELED, Dataset, DatasetError
from core.datasets.stratified import stratified
from core.storage.progress import counted

# Of a class, so that one trains, one validates and one tests; those of a class with fewer train.
FEWEST_OF_A_CLASS = 3
TEST_SHARE = 0.2
_FEWEST_CLASSES, _NAMED = 2, 5


@dataclass(frozen=True)
class Draw:
    """How many images are drawn from those that have a label.

    Attributes:
        among: of which is drawn, int64 `(n,)`, ascending: of classes with as many labels as it takes.
        test: how many of them test.
        validation: how many of the others validate.
    """

    among: np.ndarray
    test: int
    validation: int


def came_without_labels(dataset: Dataset) -> bool:
    """Tell whether a dataset came without a label on any of its images."""
    return dataset.in_splits.keys() == {UNLABELED}


def given_labels(decided: Decided | None) -> dict[int, int]:
    """Return the class of each image that a person gave one, by image, ascending."""
    return {} if decided is None else dict(sorted(decided.labels.items()))


def draw(given: dict[int, int], validation_share: float) -> Draw | None:
    """Return how many images are drawn; `None` where fewer than two classes have enough.

    Args:
        given: the label of each image that has one.
        validation_share: the share of what does not test that validates; 0: none does.
    """
    ids, labels = np.array(list(given), np.int64), np.array(list(given.values()), np.int64)
    among = ids[np.bincount(labels)[labels] >= FEWEST_OF_A_CLASS] if len(ids) else ids
    classes = len({given[index] for index in among.tolist()})
    if classes < _FEWEST_CLASSES:
        return None
    test = max(math.ceil(TEST_SHARE * len(among)), classes)
    rest = len(among) - test
    validation = min(max(math.ceil(validation_share * rest), classes), rest - classes) if validation_share else 0
    return Draw(among, test, validation)


def divided(
    dataset: Dataset, decided: Decided | None, *, seed: int, validation_share: float, by_group: bool
) -> Dataset:
    """Return the dataset as if it had come with the labels that people gave, drawn by class into the splits.

    Images without a label stay unlabeled. The same labels and seed draw the same.

    Args:
        dataset: one that came without labels.
        decided: what people decided.
        seed: of the draw.
        validation_share: the share of what does not test that validates; 0: none does.
        by_group: whether images that belong together come into one split.

    Raises:
        DatasetError: too few images have a label.
    """
    given = given_labels(decided)
    drawn = draw(given, validation_share)
    if drawn is None:
        had = f"{counted(len(given), 'image')} so far" if given else "none yet"
        raise DatasetError(
            f"{dataset.about.title} came without labels, and has {had}. Label at least {FEWEST_OF_A_CLASS} images of "
            "each of two classes on Browse: open an image and press L, or use Label."
        )
    ids = np.array(list(given), np.int64)
    labels, splits = np.array(dataset.labels), np.array(dataset.splits)
    labels[ids], splits[ids] = list(given.values()), SPLITS.index("train")
    groups = dataset.groups if by_group else None
    rest = drawn.among
    for split, size in (("test", drawn.test), ("validation", drawn.validation)):
        if not size:
            continue
        try:
            places = (
                stratified(labels[rest], size, seed)
                if groups is None
                else grouped(labels[rest], groups[rest], size, seed)
            )
        except ValueError as error:
            raise DatasetError(
                f"No {split} images can be drawn from those with a label in {dataset.about.title}: {error} Label more."
            ) from error
        splits[rest[places]] = SPLITS.index(split)
        rest = np.delete(rest, places)
    return _with(dataset, labels, splits)


def said(dataset: Dataset, decided: Decided | None, seed: int, *, by_group: bool) -> str:
    """Say in sentences how images with labels given by people are divided; arguments as of `divided`."""
    given, names = given_labels(decided), dataset.about.class_names
    counts = np.bincount(list(given.values()), minlength=len(names))
    by = "class and group" if by_group and dataset.groups is not None else "class"
    left = len(dataset) - len(given)
    told = [
        f"You labeled {len(given):,} of {counted(len(dataset), 'image')}: these are split by {by} with seed {seed} to "
        "train, validate and test" + (f"; {left:,} without a label are left out." if left else ".")
    ]
    if few := [names[label] for label in np.flatnonzero((counts > 0) & (counts < FEWEST_OF_A_CLASS)).tolist()]:
        shown = ", ".join(few[:_NAMED]) + (" …" if len(few) > _NAMED else "")
        told.append(f"Images of {shown} train only: to test, a class needs {FEWEST_OF_A_CLASS} labels.")
    return " ".join(told)


def _with(dataset: Dataset, labels: np.ndarray, splits: np.ndarray) -> Dataset:
    """Return a dataset's images with other labels and splits."""
    made = Dataset(dataset.folder, dataset.about)
    made.__dict__.update(labels=labels, splits=splits, groups=dataset.groups, whole=dataset.whole)
    return made
