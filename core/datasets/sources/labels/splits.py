"""Splits: those that come with a dataset, or drawn by class."""

import numpy as np

from core.datasets.store import SPLITS


def drawn_splits(labels: np.ndarray, test_share: float, seed: int) -> np.ndarray:
    """Draw train and test by class.

    Args:
        labels: int `(n,)`, -1 for what has no class.
        test_share: the share of each class that becomes test, rounded; a class of one image trains.
        seed: the same seed draws the same.

    Returns:
        int8 `(n,)`, an index into `SPLITS`.
    """
    rng, splits = np.random.default_rng(seed), np.zeros(len(labels), np.int8)
    for label in range(labels.max(initial=-1) + 1):
        members = np.flatnonzero(labels == label)
        count = min(max(round(test_share * len(members)), 1), len(members) - 1)
        splits[rng.permutation(members)[:count]] = SPLITS.index("test")
    return splits


def usable_splits(splits: np.ndarray | None, labels: np.ndarray) -> tuple[np.ndarray | None, list[str]]:
    """Return splits with images in train and in test, or `None` when they have to be drawn."""
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
