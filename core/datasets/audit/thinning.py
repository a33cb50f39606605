"""Groups of images that are the same: which of each to exclude so that one is left, and whether that is done."""

import numpy as np

from core.datasets.audit.leaks import Groups, excluded
from core.datasets.store import SPLITS, Dataset

_TEST, _VALIDATION = SPLITS.index("test"), SPLITS.index("validation")


def to_exclude(dataset: Dataset, groups: Groups) -> tuple[int, ...]:
    """Return the images without which each group has one left, ascending, by what people have decided.

    Test images stay as published; else one that validates is kept, else the first. What is excluded already is none of
    those returned.

    Args:
        dataset: whose images they are.
        groups: images that are the same, by index.
    """
    gone, out = set(excluded(dataset, groups)), []
    for group in groups:
        rest = [int(index) for index in group if index not in gone]
        tested = [index for index in rest if dataset.splits[index] == _TEST]
        judging = [index for index in rest if dataset.splits[index] == _VALIDATION]
        stays = tested or judging[:1] or rest[:1]
        out += [index for index in rest if index not in stays]
    return tuple(sorted(out))


def words(ids: tuple[int, ...], splits: np.ndarray) -> str:
    """Return how many copies these are and where, such as `12 copies in train and unlabeled`."""
    present = {int(splits[index]) for index in ids}
    places = [name for place, name in enumerate(SPLITS) if place in present]
    return f"{'1 copy' if len(ids) == 1 else f'{len(ids):,} copies'} in {' and '.join(places)}"
