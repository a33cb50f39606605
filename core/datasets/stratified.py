"""Drawing images by class, as scikit-learn does, whose import takes longer than all else that a page begins with."""

import math

import numpy as np


def stratified(labels: np.ndarray, size: float, seed: int) -> np.ndarray:
    """Return places to draw, ascending, so that each class has about the share that it has in all.

    They are those of `sklearn.model_selection.train_test_split(…, test_size=size, stratify=labels, random_state=seed)`.

    Args:
        labels: of what is drawn from, int `(n,)`.
        size: a share of it below 1, a number from 1 up; less than all.
        seed: the same seed draws the same.

    Raises:
        ValueError: fewer are drawn, or left, than there are classes.
    """
    count = math.ceil(size * len(labels)) if size < 1 else int(size)
    left = len(labels) - count
    _, classes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    if min(count, left) < len(counts):
        which = "drawn" if count < left else "left"
        raise ValueError(f"{min(count, left):,} would be {which}, fewer than one for each of {len(counts):,} classes.")
    rng = np.random.RandomState(seed)
    # The order in which the generator is asked is scikit-learn's: first who is left, then who is drawn.
    lefts = _shares(counts, left, rng)
    drawn = _shares(counts - lefts, count, rng)
    of_class = np.split(np.argsort(classes, kind="stable"), np.cumsum(counts)[:-1])
    found = []
    for places, skipped, taken in zip(of_class, lefts, drawn, strict=True):
        found.append(places[rng.permutation(len(places))][skipped : skipped + taken])
    return np.sort(np.concatenate(found))


def _shares(counts: np.ndarray, total: int, rng: np.random.RandomState) -> np.ndarray:
    """Divide a number by counts: rounded down, then one more for the largest remainders, ties by chance."""
    exact = counts / counts.sum() * total
    shares = np.floor(exact)
    remainders, missing = exact - shares, int(total - shares.sum())
    for remainder in np.unique(remainders)[::-1]:
        if missing <= 0:
            break
        (tied,) = np.where(remainders == remainder)
        taken = min(len(tied), missing)
        shares[rng.choice(tied, size=taken, replace=False)] += 1
        missing -= taken
    return shares.astype(int)
