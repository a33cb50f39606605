"""Splits: those that come with a dataset, or drawn by class and by group."""

from collections.abc import Sequence

import numpy as np

from core.datasets.grouped import grouped
from core.datasets.sources.labels import words
from core.datasets.sources.labels.labelling import CHOICE
from core.datasets.store import SPLITS, DatasetError

# Splits that come with a dataset do not count.
DRAWN = "drawn"


def drawn_splits(labels: np.ndarray, test_share: float, seed: int, groups: np.ndarray | None = None) -> np.ndarray:
    """Draw train and test by class, and by group where there are some.

    Args:
        labels: int `(n,)`, -1 for what has no class.
        test_share: the share of each class that becomes test, rounded; a class of one image trains.
        seed: the same seed draws the same.
        groups: of each, int `(n,)`, -1 for what is in none; none comes into both. `None`: there are none.

    Returns:
        int8 `(n,)`, an index into `SPLITS`.
    """
    if groups is not None:
        return _drawn_by_group(labels, test_share, seed, groups)
    rng, splits = np.random.default_rng(seed), np.zeros(len(labels), np.int8)
    for label in range(labels.max(initial=-1) + 1):
        members = np.flatnonzero(labels == label)
        count = min(max(round(test_share * len(members)), 1), len(members) - 1)
        splits[rng.permutation(members)[:count]] = SPLITS.index("test")
    return splits


def _drawn_by_group(labels: np.ndarray, test_share: float, seed: int, groups: np.ndarray) -> np.ndarray:
    labelled, splits = np.flatnonzero(labels >= 0), np.zeros(len(labels), np.int8)
    try:
        drawn = grouped(labels[labelled], groups[labelled], test_share, seed)
    except ValueError as error:
        raise DatasetError(f"No test images can be drawn by group. {error} Choose other groups, or none.") from error
    splits[labelled[drawn]] = SPLITS.index("test")
    return splits


def folder_splits(paths: Sequence[tuple[str, ...]], kind: str, source: str) -> np.ndarray:
    """Return each file's split by a level of folders, int8 `(n,)`, an index into `SPLITS`; train where it tells none.

    Args:
        paths: each file's folders and name.
        kind: `folders:1` for the first.
        source: what to call all of it in an error.

    Raises:
        DatasetError: no folder there has the name of a split.
    """
    chosen = CHOICE.fullmatch(kind)
    if not chosen:
        raise DatasetError(f"Splits are {DRAWN}, or by folders:1, the first folder of each path; received {kind!r}.")
    level = int(chosen[1])
    told = [words.split_of(path[level - 1]) if len(path) > level else None for path in paths]
    if not any(told):
        there = sorted({path[level - 1] for path in paths if len(path) > level})
        raise DatasetError(f"{source} has no splits by {kind}. What is there: {', '.join(there[:5]) or 'no folder'}.")
    return np.array([SPLITS.index(each or "train") for each in told], np.int8)


def usable_splits(splits: np.ndarray | None, labels: np.ndarray) -> tuple[np.ndarray | None, list[str]]:
    """Return splits with images in train and in test, or `None` when they have to be drawn, and notes on that.

    Args:
        splits: int8 `(n,)`, an index into `SPLITS`; `None`: nothing tells any.
        labels: int `(n,)`, -1 for what has no class.
    """
    if splits is None:
        return None, []
    present = {SPLITS[index] for index in np.unique(splits[labels >= 0])}
    if present >= {"train", "test"}:
        return splits, []
    if present == {"train", "validation"}:
        note = "No test folder found; the validation images are used as the test set."
        return np.where(splits == SPLITS.index("validation"), SPLITS.index("test"), splits).astype(np.int8), [note]
    if not present:
        return None, []
    given = " and ".join(sorted(present))
    return None, [f"Only {given} folders with classes found; train and test sets will be split at random."]
