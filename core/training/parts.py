"""Which images of a dataset train, validate and test."""

from dataclasses import dataclass

import numpy as np

from core.datasets import given_labels
from core.datasets.decisions import Decided
from core.datasets.folds import folds_by_class, folds_by_group
from core.datasets.grouped import grouped
from core.datasets.store import UNLABELED, Dataset, DatasetError
from core.datasets.stratified import stratified
from core.recipes.recipe import RecipeError
from core.recipes.split import Split
from core.storage.progress import counted

_FEWEST_OF_A_CLASS = 2


@dataclass(frozen=True)
class Parts:
    """The indices, int64, of the images that train, validate and test, and the label of every image, int16."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    labels: np.ndarray


def parts(dataset: Dataset, split: Split, decided: Decided | None = None) -> Parts:
    """Divide a dataset as a recipe's split says: the same split gives the same parts.

    One that came without labels is divided by those that people gave (`core.datasets.given_labels`).

    Args:
        dataset: whose images are divided.
        split: how; its seed draws among the images as published, whatever was decided on them.
        decided: what people decided; test images stay as published.

    Raises:
        RecipeError: nothing to train on, or too few images to draw a validation set by class.
    """
    if given_labels.came_without_labels(dataset):
        dataset = _by_given_labels(dataset, split, decided)
    train, validation, test = _apart(dataset, split, *_published(dataset, split))
    if len(test) == 0 or len(dataset.about.class_names) < 2:
        missing = "test images" if len(test) == 0 else "second class"
        raise RecipeError(f"{dataset.about.title} has no {missing}: there is nothing to learn, or to measure it on.")
    labels = np.array(dataset.labels)
    if split.validation == "test":
        train = _with_labeled(dataset, split, train, test, decided)
        return Parts(_kept(train, labels, decided), test, test, labels)
    if split.is_fold:
        train, validation = _folded(dataset, train, split)
    elif len(validation) == 0:
        train, validation = _drawn(dataset, train, split.fraction, split.seed, "validation", by_group=split.by_group)
    train = _with_labeled(dataset, split, train, np.append(validation, test), decided)
    train, validation = _kept(train, labels, decided), _kept(validation, labels, decided)
    if not len(train) or not len(validation):
        raise RecipeError(
            f"All training and validation images in {dataset.about.title} are excluded. Undo some of those decisions."
        )
    return Parts(train, validation, test, labels)


def _by_given_labels(dataset: Dataset, split: Split, decided: Decided | None) -> Dataset:
    """Return a dataset that came without labels as those divide it that people gave.

    Raises:
        RecipeError: the recipe heeds no decisions, or too few images have a label.
    """
    if split.decisions != "apply":
        raise RecipeError(
            f"The labels of {dataset.about.title} are those that you gave on Browse, and this recipe ignores review "
            "decisions. Switch on Apply review decisions (Train, Input), or set split.decisions to apply."
        )
    try:
        return given_labels.divided(
            dataset,
            decided,
            seed=split.seed,
            validation_share=split.given_validation_share,
            by_group=split.by_group,
        )
    except DatasetError as error:
        raise RecipeError(str(error)) from error


def _published(dataset: Dataset, split: Split) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what trains, validates and tests as the dataset has it, or as many of it as the split draws.

    Raises:
        RecipeError: the dataset has too few images for that.
    """
    train, validation, test = (dataset.select(name) for name in ("train", "validation", "test"))
    everything = np.flatnonzero(dataset.labels >= 0)
    if split.pictures:
        _, everything = _drawn(dataset, everything, split.pictures, split.choosing_seed, "chosen")
        train, validation, test = (np.intersect1d(part, everything) for part in (train, validation, test))
    if split.test_pictures:
        rest, test = _drawn(dataset, everything, split.test_pictures, split.seed, "test", by_group=split.by_group)
        validation = np.intersect1d(validation, rest)
        train = np.setdiff1d(rest, validation)
    if split.is_fold:
        return np.union1d(train, validation), validation[:0], test
    return train, validation, test


def left_out(dataset: Dataset, split: Split) -> int:
    """Return how many training images do not train since images of their groups are in validation or test."""
    published = _published(dataset, split)
    return len(published[0]) - len(_apart(dataset, split, *published)[0])


def _apart(
    dataset: Dataset, split: Split, train: np.ndarray, validation: np.ndarray, test: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Leave out of training, and of validation, images of groups that have images in what judges them.

    Raises:
        RecipeError: no training images are left.
    """
    if dataset.groups is None or not split.by_group:
        return train, validation, test
    validation = _without_groups_of(dataset, validation, test)
    left = _without_groups_of(dataset, train, np.append(validation, test))
    if len(train) and not len(left):
        raise RecipeError(
            f"All training images of {dataset.about.title} belong to groups ({dataset.about.groups}) that have images "
            "in test or validation. Import it again with splits drawn by group, or switch by_group off."
        )
    return left, validation, test


def _folded(dataset: Dataset, ids: np.ndarray, split: Split) -> tuple[np.ndarray, np.ndarray]:
    """Divide `ids` into folds by class, and by group where there are any; return the other folds and the one wanted.

    Raises:
        RecipeError: a class has fewer images, or groups, than there are folds.
    """
    labels = np.asarray(dataset.labels[ids])
    groups = dataset.groups[ids] if split.by_group and dataset.groups is not None else None
    if groups is None:
        counts, what = np.bincount(labels, minlength=len(dataset.about.class_names)), "image"
    else:
        # An image without a group is one by itself.
        own = np.where(groups < 0, groups.max(initial=-1) + 1 + np.arange(len(ids)), groups)
        pairs = np.unique(np.stack([labels, own]), axis=1)
        counts, what = np.bincount(pairs[0], minlength=len(dataset.about.class_names)), "group"
    # A class without any image is said elsewhere, and in the way of nothing.
    there = np.flatnonzero(counts)
    if counts[there].min() < split.folds:
        fewest = there[counts[there].argmin()]
        raise RecipeError(
            f"{dataset.about.title} cannot be divided into {split.folds} folds: its class "
            f"{dataset.about.class_names[fewest]} has {counted(int(counts[fewest]), what)} to train and validate, and "
            f"each fold needs one. Take {f'at most {counts[fewest]} folds' if counts[fewest] > 1 else 'no folds'}, or "
            "add images."
        )
    if groups is None:
        fold = folds_by_class(labels, split.folds, split.seed)
    else:
        fold = folds_by_group(labels, groups, split.folds, split.seed)
    return ids[fold != split.fold - 1], ids[fold == split.fold - 1]


def _drawn(
    dataset: Dataset, ids: np.ndarray, size: float, seed: int, what: str, *, by_group: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Draw images from `ids` by class, and by group if wanted: a share of them below 1, a number from 1 up.

    Returns:
        The others and the drawn, in order.

    Raises:
        RecipeError: a class, or the whole, has too few; `what` names the images that cannot be drawn.
    """
    cannot = f"No {what} images can be drawn from {dataset.about.title}:"
    if by_group and dataset.groups is not None:
        try:
            drawn = ids[grouped(np.asarray(dataset.labels[ids]), dataset.groups[ids], size, seed)]
        except ValueError as error:
            raise RecipeError(f"{cannot} {error}") from error
        return np.setdiff1d(ids, drawn), drawn
    counts = np.bincount(dataset.labels[ids], minlength=len(dataset.about.class_names))
    if counts.min() < _FEWEST_OF_A_CLASS:
        name = dataset.about.class_names[counts.argmin()]
        raise RecipeError(
            f"{cannot} its class {name} has {counted(int(counts.min()), 'image')} to draw from, and at "
            f"least {_FEWEST_OF_A_CLASS} are needed. Add some, or draw none."
        )
    if size >= len(ids):
        raise RecipeError(f"{cannot} {size:,} are wanted, and some more must remain, of {len(ids):,}. Take fewer.")
    try:
        drawn = ids[stratified(np.asarray(dataset.labels[ids]), size, seed)]
    except ValueError as error:
        raise RecipeError(f"{cannot} {error}") from error
    return np.setdiff1d(ids, drawn), np.sort(drawn)


def _without_groups_of(dataset: Dataset, part: np.ndarray, judging: np.ndarray) -> np.ndarray:
    """Return a part without the images whose group has images in another; all of it where there are no groups."""
    groups = dataset.groups
    return part if groups is None else part[(groups[part] < 0) | ~np.isin(groups[part], groups[judging])]


def _with_labeled(
    dataset: Dataset, split: Split, train: np.ndarray, judging: np.ndarray, decided: Decided | None
) -> np.ndarray:
    """Return what trains with the images that came without a class and that a person has given one.

    By group, without those of a group that has images in what judges the training.
    """
    if decided is None or not len(unlabeled := dataset.select(UNLABELED)):
        return train
    given = np.intersect1d(unlabeled, list(decided.labels))
    return np.union1d(train, _without_groups_of(dataset, given, judging) if split.by_group else given)


def _kept(part: np.ndarray, labels: np.ndarray, decided: Decided | None) -> np.ndarray:
    """Return a part without the excluded images, and give the relabelled ones their new label."""
    if decided is None:
        return part
    for index in np.intersect1d(part, list(decided.labels)):
        labels[index] = decided.labels[int(index)]
    return np.setdiff1d(part, decided.excluded)
