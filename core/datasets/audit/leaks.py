"""Copies of an image in two splits: which of them to exclude so that none is left, and whether any is.

Decisions leave test images as published, so that runs can be compared. So, of copies in train and test, only those in
train can be taken away; of copies in train and validation it is those too, since validation judges.
"""

from collections.abc import Sequence

import numpy as np

from core.datasets import decisions
from core.datasets.decisions import EXCLUDE
from core.datasets.store import SPLITS, Dataset
from core.storage.progress import counted

Groups = Sequence[Sequence[int] | np.ndarray]
# What goes on after the number of images and groups.
FOUND = (
    "are in more than one split, exactly or nearly the same. A network is then tested on what it has learnt by heart, "
    "and looks better than it is."
)
_TRAIN, _TEST, _VALIDATION = (SPLITS.index(name) for name in ("train", "test", "validation"))


def to_exclude(groups: Groups, splits: np.ndarray) -> tuple[int, ...]:
    """Return the images without which no group is in two splits, ascending; never one of the test.

    Args:
        groups: images that are the same, by index.
        splits: of all images, indices into `SPLITS`, uint8 `(n,)`.
    """
    out: list[int] = []
    for group in groups:
        present = {int(splits[index]) for index in group}
        if len(present) > 1:
            stays = _TEST if _TEST in present else _VALIDATION
            out += [int(index) for index in group if splits[index] != stays]
    return tuple(sorted(out))


def excluded(dataset: Dataset, groups: Groups) -> tuple[int, ...]:
    """Return which images of these groups people have excluded from training and validation, ascending."""
    made = decisions.current(dataset)
    return tuple(
        sorted(
            int(index)
            for group in groups
            for index in group
            if index in made and made[index].decision == EXCLUDE and dataset.splits[index] != _TEST
        )
    )


def left(dataset: Dataset, groups: Groups) -> list[tuple[int, ...]]:
    """Return what of these groups is still in more than one split, by what people have decided."""
    out = set(excluded(dataset, groups))
    rest = [tuple(int(index) for index in group if index not in out) for group in groups]
    return [group for group in rest if len({int(dataset.splits[index]) for index in group}) > 1]


def advice(groups: Groups, splits: np.ndarray) -> str:
    """Say which images to exclude so that no group is in two splits, and why those."""
    tested = any(splits[index] == _TEST for group in groups for index in group)
    why = ": test images stay as published, so excluding those changes nothing" if tested else ""
    return f"Exclude the {copies(to_exclude(groups, splits), splits)}{why}."


def summary(dataset: Dataset, groups: Groups) -> str:
    """Say how these groups stand by what people have decided: what to exclude, or that nothing is in two splits."""
    if rest := left(dataset, groups):
        images = counted(sum(map(len, rest)), "image")
        return f"{images} in {counted(len(rest), 'group')} {FOUND} {advice(rest, dataset.splits)}"
    out = excluded(dataset, groups)
    is_it = len(out) == 1
    return (
        f"{counted(len(groups), 'group')} of images that are the same, exactly or nearly, came in two splits. The "
        f"{copies(out, dataset.splits)} {'is' if is_it else 'are'} excluded, so a training leaves "
        f"{'it' if is_it else 'them'} out, and no image is in two splits any more. What was trained before has seen "
        f"{'it' if is_it else 'them'}: train again before you compare."
    )


def copies(ids: Sequence[int], splits: np.ndarray) -> str:
    """Return how many copies these are and where, in words, such as `12 copies in train and validation`."""
    present = {int(splits[index]) for index in ids}
    places = " and ".join(SPLITS[split] for split in (_TRAIN, _VALIDATION) if split in present)
    return f"{'1 copy' if len(ids) == 1 else f'{len(ids):,} copies'} in {places}"
