"""Dividing images into folds for cross-validation: by class, and without dividing groups."""

import numpy as np

from core.datasets.grouped import grouped


def folds_by_class(labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return the fold of each image, int64 `(n,)`, from 0: each class, and all, spread evenly, to within one image.

    Args:
        labels: the class of each image, int `(n,)`.
        count: how many folds.
        seed: the same seed gives the same folds.
    """
    order = np.random.default_rng(seed).permutation(len(labels))
    fold = np.empty(len(labels), np.int64)
    # The images of a class follow each other, so that dealing them out in turn spreads each class and all of them.
    fold[order[np.argsort(labels[order], kind="stable")]] = np.arange(len(labels)) % count
    return fold


def folds_by_group(labels: np.ndarray, groups: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return the fold of each image as `folds_by_class` does, but whole groups, as evenly as these allow.

    Args:
        labels: the class of each image, int `(n,)`.
        groups: its group, int `(n,)`; -1: none but itself.
        count: how many folds; there are as many groups at least.
        seed: the same seed gives the same folds.
    """
    fold, rest = np.zeros(len(labels), np.int64), np.arange(len(labels))
    for number in range(count - 1):
        drawn = grouped(labels[rest], groups[rest], 1 / (count - number), seed + number)
        fold[rest[drawn]] = number
        rest = np.delete(rest, drawn)
        fold[rest] = number + 1
    return fold
